-- What a person's own export becomes on paper, piece by piece: of what operations have answered, and of nothing else.

-- name: paper_part
select paper_part(:given::jsonb) as body

-- name: paper_end
select paper_end(:given::jsonb) as body
