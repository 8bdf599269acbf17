-- Version 2: what a build may use again. `key` is the digest of a step's inputs, `image` what the step made of
-- them; an image that is removed takes its keys along.
CREATE TABLE build_cache (
    key TEXT PRIMARY KEY,
    image TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    created INTEGER NOT NULL       -- nanoseconds since 1970
) STRICT, WITHOUT ROWID;
CREATE INDEX build_cache_image ON build_cache (image);
