#include "build/buildkit/export.hpp"

#include "oci/reference.hpp"

namespace dhow::build::buildkit {

namespace {

using protocol::Exporter;

std::string attribute(const Exporter& exporter, const std::string& name) {
    auto found = exporter.attrs().find(name);
    return found == exporter.attrs().end() ? "" : found->second;
}

bool is_true(const std::string& text) { return text == "true" || text == "1"; }

std::vector<std::string> names_of(const Exporter& exporter) {
    std::vector<std::string> names;
    auto text = attribute(exporter, "name");
    for (std::size_t begin = 0; begin < text.size();) {
        auto end = std::min(text.find(',', begin), text.size());
        names.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

void check(const Exporter& exporter) {
    if (exporter.type() != "moby" && exporter.type() != "image")
        throw NotImplemented("--output type={} is not available in this release of dhow", exporter.type());
    if (exporter.type() == "image" && is_true(attribute(exporter, "push")))
        throw NotImplemented("pushing as a part of a build is not available in this release of dhow");
    for (const auto& name : names_of(exporter))
        if (oci::Reference::parse(name).digest) throw InvalidArgument("build tag cannot contain a digest");
}

/// The image is in the store already: it gets its names.
Task<void> name_image(Shipment& shipment, std::string image, Exporter exporter) {
    auto work = [&](Vertex& vertex) -> Task<void> {
        vertex.progress("exporting layers", 0, 0, true);
        vertex.progress("writing image " + image, 0, 0, true);
        for (auto& name : names_of(exporter)) {
            auto full = oci::Reference::parse(name).with_default_tag().full();
            auto line = "naming to " + full;
            vertex.progress(line, 0);
            co_await shipment.backend.name_image(image, name);
            vertex.progress(line, 0, 0, true);
        }
    };
    co_await with_vertex(shipment.status, "exporting to image", work);
}

}  // namespace

std::vector<Exporter> exporters_of(const protocol::SolveRequest& request) {
    std::vector<Exporter> exporters(request.exporters().begin(), request.exporters().end());
    if (exporters.empty() && !request.exporter_deprecated().empty()) {
        Exporter exporter;
        exporter.set_type(request.exporter_deprecated());
        *exporter.mutable_attrs() = request.exporter_attrs_deprecated();
        exporters.push_back(std::move(exporter));
    }
    for (const auto& exporter : exporters) check(exporter);
    return exporters;
}

Task<protocol::SolveResponse> export_image(Shipment shipment, oci::Digest image,
                                           std::vector<Exporter> exporters) {
    protocol::SolveResponse response;
    auto& told = *response.mutable_exporter_response();
    for (const auto& exporter : exporters) {
        co_await name_image(shipment, image.text(), exporter);
        told["containerimage.config.digest"] = image.text();
        told["containerimage.digest"] = image.text();
        if (auto names = attribute(exporter, "name"); !names.empty()) told["image.name"] = names;
    }
    co_return response;
}

}  // namespace dhow::build::buildkit
