// Loads the synthetic data through the public API: node seed.mjs VAR. Resumable.
