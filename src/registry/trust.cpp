#include "registry/trust.hpp"

#include <fstream>
#include <sstream>

#include "base/error.hpp"

namespace dhow::registry {

namespace {

void read_folder(const std::filesystem::path& folder, Trust& trust) {
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        auto path = entry.path();
        if (path.extension() == ".crt") {
            std::stringstream text;
            text << std::ifstream(path).rdbuf();
            trust.authorities += text.str() + "\n";
        } else if (path.extension() == ".cert") {
            auto key = path;
            key.replace_extension(".key");
            if (!std::filesystem::exists(key))
                throw InvalidArgument("missing key {} for client certificate {}", key.filename().string(),
                                      path.string());
            trust.certificate = path;
            trust.key = key;
        }
    }
}

}  // namespace

Trust trust_of(const Options& options, const Url& url) {
    Trust trust;
    for (const auto& root : options.certificate_folders) {
        // A folder may spell the usual port out.
        for (const auto& name : {url.authority(), url.host + ":" + url.port}) {
            if (!std::filesystem::is_directory(root / name)) continue;
            read_folder(root / name, trust);
            return trust;
        }
    }
    return trust;
}

}  // namespace dhow::registry
