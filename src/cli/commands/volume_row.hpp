#pragma once
// A volume as a row: `volume ls`, and the verbose `system df`.

#include "base/json.hpp"
#include "cli/format/listing.hpp"

namespace dhow::cli {

extern const ListingKind volume_listing;
std::span<const Column> volume_columns();

/// @param volume an element of GET /volumes.
void add_volume(Listing& listing, const json::Value& volume);

}  // namespace dhow::cli
