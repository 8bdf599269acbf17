#pragma once
// A container as a row: `ps`, and the verbose `system df`.

#include "base/json.hpp"
#include "cli/format/listing.hpp"

namespace dhow::cli {

/// @param size adds the column SIZE.
ListingKind container_listing(bool size);

/// The columns that a table of containers may have.
std::span<const Column> container_columns();

/// @param container an element of GET /containers/json.
void add_container(Listing& listing, const json::Value& container, bool shorten);

/// "0.0.0.0:80->80/tcp, 9000-9001/tcp": ports that follow each other are drawn together.
std::string ports_text(const json::Array& ports);

}  // namespace dhow::cli
