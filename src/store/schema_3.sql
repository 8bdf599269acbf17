-- Version 3: images whose files and layers may not be on disk yet, because a builder makes many in a row and syncs
-- them once. The boot in which they were made (/proc/sys/kernel/random/boot_id); NULL: all of it was synced.
ALTER TABLE images ADD COLUMN unsynced TEXT;
