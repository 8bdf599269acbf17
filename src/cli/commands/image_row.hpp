#pragma once
// An image as rows, one a name: `images`, and the verbose `system df`.

#include "base/json.hpp"
#include "cli/format/listing.hpp"

namespace dhow::cli {

ListingKind image_listing(bool digests);
std::span<const Column> image_columns();

struct ImageRows {
    bool shorten = true;
    bool by_digest = false;   ///< a row for each digest as well
    bool first_only = false;  ///< one row an image
};

/// @param image an element of GET /images/json.
void add_image(Listing& listing, const json::Value& image, const ImageRows& rows);

}  // namespace dhow::cli
