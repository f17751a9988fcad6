export async function loadReports() {}
