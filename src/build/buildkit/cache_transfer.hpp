#pragma once
// --cache-from and --cache-to of BuildKit's clients.

#include <memory>
#include <vector>

#include "build/buildkit/export.hpp"
#include "build/buildkit/recipe.hpp"
#include "build/share/entry.hpp"

namespace dhow::build::buildkit {

/// Opens the caches of an order. One that cannot be read is told and left out.
Task<std::vector<std::shared_ptr<ImportedCache>>> import_caches(Delivery delivery,
                                                                std::vector<CacheEntry> entries);

/// What a client wants exported. @throws NotImplemented, InvalidArgument before anything is built
std::vector<CacheEntry> cache_exports_of(const protocol::SolveRequest& request);

/// The image with its keys inside where an inline cache is wanted, else as it is.
Task<oci::Digest> mark_inline(Shipment shipment, Built built, std::vector<CacheEntry> entries);

/// Exports to registries and folders of the client. `response` gets what the client must know.
Task<void> export_caches(Shipment shipment, Built built, std::vector<CacheEntry> entries,
                         protocol::SolveResponse& response);

}  // namespace dhow::build::buildkit
