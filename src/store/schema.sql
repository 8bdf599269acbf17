-- Version 1 of the daemon's database (PRAGMA user_version). A later version adds a file of its own.

-- Layers: directories under layers/<id>. `blob` is the packed form that was kept, if any.
CREATE TABLE layers (
    id TEXT PRIMARY KEY,
    diff_id TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    tar_size INTEGER NOT NULL,
    blob TEXT,
    has_recipe INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Images: `id` is the digest of the configuration, `manifest` that of the manifest it came with.
CREATE TABLE images (
    id TEXT PRIMARY KEY,
    manifest TEXT NOT NULL,
    manifest_type TEXT NOT NULL,
    manifest_size INTEGER NOT NULL,
    parent TEXT,
    created INTEGER NOT NULL,      -- nanoseconds since 1970
    last_tagged INTEGER NOT NULL,  -- the same; 0: never
    added INTEGER NOT NULL         -- the same: when it came here
) STRICT, WITHOUT ROWID;
CREATE INDEX images_parent ON images (parent) WHERE parent IS NOT NULL;

-- The layers of an image, bottom first from position 0.
CREATE TABLE image_layers (
    image TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    layer TEXT NOT NULL REFERENCES layers (id),
    PRIMARY KEY (image, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_layers_layer ON image_layers (layer);

-- Blobs that an image needs: configuration, manifest, index. Those of layers are named by `layers`.
CREATE TABLE image_blobs (
    image TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE,
    blob TEXT NOT NULL,
    PRIMARY KEY (image, blob)
) STRICT, WITHOUT ROWID;
CREATE INDEX image_blobs_blob ON image_blobs (blob);

-- Full references: "docker.io/library/busybox:latest", or "...busybox@sha256:..." for where it was pulled from.
CREATE TABLE names (
    name TEXT PRIMARY KEY,
    image TEXT NOT NULL REFERENCES images (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX names_image ON names (image);

-- Writable snapshots of containers, and the layers below them, top first from position 0.
CREATE TABLE snapshots (
    id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE snapshot_layers (
    snapshot TEXT NOT NULL REFERENCES snapshots (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    layer TEXT NOT NULL REFERENCES layers (id),
    PRIMARY KEY (snapshot, position)
) STRICT, WITHOUT ROWID;
-- No index by layer: a container is made much more often than a layer is removed.

-- The engine's objects.
CREATE TABLE containers (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE volumes (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE networks (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    document TEXT NOT NULL
) STRICT, WITHOUT ROWID;
