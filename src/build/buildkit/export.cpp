#include "build/buildkit/export.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fcntl.h>

#include "build/buildkit/lend.hpp"
#include "build/buildkit/send.hpp"
#include "build/output.hpp"
#include "build/rootfs.hpp"
#include "linux/path.hpp"
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
        if (end > begin) names.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return names;
}

std::string full_name(const std::string& name) {
    return oci::Reference::parse(name).with_default_tag().full();
}

void check_exporter(const Exporter& exporter) {
    constexpr std::array known{"moby", "image", "docker", "oci", "local", "tar"};
    const auto& type = exporter.type();
    if (std::ranges::find(known, type) == known.end())
        throw NotImplemented("--output type={} is not available in this release of dhow", type);
    bool pushes = is_true(attribute(exporter, "push"));
    if (pushes && type != "image" && type != "moby")
        throw InvalidArgument("--output type={} cannot be pushed", type);
    if (pushes && names_of(exporter).empty()) throw InvalidArgument("tag is needed when pushing to registry");
    for (const auto& [name, value] : exporter.attrs()) {
        constexpr std::array changing{"push-by-digest", "rewrite-timestamp", "force-compression",
                                      "compression-level", "name-canonical"};
        bool unknown =
            name.starts_with("annotation") ||
            (std::ranges::find(changing, name) != changing.end() && !value.empty() && value != "false");
        if (unknown)
            throw NotImplemented("--output type={} with {} is not available in this release of dhow", type,
                                 name);
    }
    if ((type == "docker" || type == "oci") && attribute(exporter, "tar") == "false")
        throw NotImplemented("--output type={},tar=false is not available in this release of dhow", type);
    auto compression = attribute(exporter, "compression");
    if (!compression.empty() && compression != "uncompressed")
        throw NotImplemented("--output with compression={} is not available in this release of dhow",
                             compression);
    for (const auto& name : names_of(exporter))
        if (oci::Reference::parse(name).digest) throw InvalidArgument("build tag cannot contain a digest");
}

/// One exporter at work.
class Export {
  public:
    Export(Shipment& shipment, const image::Image& image, const Exporter& exporter, int number)
        : shipment_(shipment), image_(image), exporter_(exporter), number_(number) {}

    Task<void> run() {
        const auto& type = exporter_.type();
        if (type == "local")
            co_await draw("exporting to client directory", [this](Vertex& vertex) { return files(vertex); });
        else if (type == "tar")
            co_await draw("exporting to client tarball", [this](Vertex& vertex) { return tar(vertex); });
        else if (type == "docker")
            co_await draw("exporting to docker image format",
                          [this](Vertex& vertex) { return archive(vertex); });
        else if (type == "oci")
            co_await draw("exporting to oci image format",
                          [this](Vertex& vertex) { return archive(vertex); });
        else
            co_await draw("exporting to image", [this](Vertex& vertex) { return names(vertex); });
    }

  private:
    Task<void> draw(std::string name, std::function<Task<void>(Vertex&)> work) {
        return with_vertex(shipment_.status, std::move(name), std::move(work));
    }

    /// The image is in the store already: it gets its names.
    Task<void> names(Vertex& vertex) {
        vertex.progress("exporting layers", 0, 0, true);
        vertex.progress("writing image " + image_.id.text(), 0, 0, true);
        co_await shipment_.backend.note_result(image_.id);
        for (auto& name : names_of(exporter_)) {
            auto line = "naming to " + full_name(name);
            vertex.progress(line, 0);
            co_await shipment_.backend.name_image(image_.id.text(), name);
            vertex.progress(line, 0, 0, true);
        }
        if (!is_true(attribute(exporter_, "push"))) co_return;
        for (auto& name : names_of(exporter_)) {
            auto line = "pushing " + full_name(name);
            vertex.progress(line, 0);
            auto credentials =
                co_await credentials_for(shipment_.session, oci::Reference::parse(name).domain);
            co_await shipment_.backend.push_image(name, std::move(credentials), shipment_.stop);
            vertex.progress(line, 0, 0, true);
        }
    }

    Task<void> archive(Vertex& vertex) {
        std::set<std::string> names;
        for (const auto& name : names_of(exporter_)) names.insert(full_name(name));
        std::function<void(image::Output&)> write = [this, names](image::Output& output) {
            write_archive(shipment_.services.store, image_, names, output);
        };
        co_await stream(vertex, std::move(write));
    }

    Task<void> tar(Vertex& vertex) {
        std::function<void(image::Output&)> write = [this](image::Output& output) {
            write_files(shipment_.services.store, image_, output);
        };
        co_await stream(vertex, std::move(write));
    }

    Task<void> stream(Vertex& vertex, std::function<void(image::Output&)> write) {
        return tell_bytes(vertex, "sending tarball", [this, write](Progress progress) {
            return send_stream(shipment_.services.pool, shipment_.session, number_, write,
                               std::move(progress), shipment_.stop);
        });
    }

    Task<void> files(Vertex& vertex) {
        auto open = [this] {
            return linux::open_in_root(
                mount_read_only(shipment_.services.store, layers_of(shipment_.services.store, image_)).get(),
                ".", O_RDONLY | O_DIRECTORY);
        };
        auto root = std::make_shared<UniqueFd>(co_await shipment_.services.pool.run(std::move(open)));
        std::function<Task<void>(Progress)> send = [this, root](Progress progress) {
            return send_tree(shipment_.services.pool, shipment_.session, number_, std::move(*root),
                             std::move(progress), shipment_.stop);
        };
        co_await tell_bytes(vertex, "copying files", std::move(send));
    }

    /// A line of how many bytes `send` has sent.
    Task<void> tell_bytes(Vertex& vertex, std::string line, std::function<Task<void>(Progress)> send) {
        std::int64_t sent = 0;
        Progress progress = [&vertex, &sent, line](std::int64_t bytes) {
            sent = bytes;
            vertex.progress(line, bytes);
        };
        co_await send(std::move(progress));
        vertex.progress(line, sent, 0, true);
    }

    Shipment& shipment_;
    const image::Image& image_;
    const Exporter& exporter_;
    int number_;
};

}  // namespace

std::vector<Exporter> exporters_of(const protocol::SolveRequest& request) {
    std::vector<Exporter> exporters(request.exporters().begin(), request.exporters().end());
    if (exporters.empty() && !request.exporter_deprecated().empty()) {
        Exporter exporter;
        exporter.set_type(request.exporter_deprecated());
        *exporter.mutable_attrs() = request.exporter_attrs_deprecated();
        exporters.push_back(std::move(exporter));
    }
    for (const auto& exporter : exporters) check_exporter(exporter);
    return exporters;
}

Task<protocol::SolveResponse> export_image(Shipment shipment, oci::Digest id,
                                           std::vector<Exporter> exporters) {
    auto find = [&shipment, id] { return shipment.services.images.resolve(id.text()); };
    auto image = co_await shipment.services.pool.run(std::move(find));
    protocol::SolveResponse response;
    auto& told = *response.mutable_exporter_response();
    int number = 0;
    for (const auto& exporter : exporters) {
        Export work(shipment, image, exporter, number++);
        co_await work.run();
        if (exporter.type() == "local" || exporter.type() == "tar") continue;
        told["containerimage.config.digest"] = id.text();
        told["containerimage.digest"] = id.text();
        if (auto names = attribute(exporter, "name"); !names.empty()) told["image.name"] = names;
    }
    co_return response;
}

}  // namespace dhow::build::buildkit
