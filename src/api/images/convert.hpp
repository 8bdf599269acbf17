#pragma once
// Images: the engine's views as the wire's documents.

#include "engine/images.hpp"
#include "wire/image.hpp"
#include "wire/progress.hpp"

namespace dhow::api::images {

wire::ImageSummary to_wire(const engine::ImageSummary& summary);
wire::ImageInspect to_wire(const image::Image& image);
wire::ImageHistoryItem to_wire(const image::HistoryEntry& entry);
wire::ImageDeleted to_wire(const image::Removed& removed);
wire::ProgressLine to_wire(const image::Progress& progress);

}  // namespace dhow::api::images
