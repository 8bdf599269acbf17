#include "linux/mount_options.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "base/error.hpp"

namespace dhow::linux {

namespace {

struct AttributeWord {
    std::string_view word;
    std::uint64_t set;
    std::uint64_t clear;
};

constexpr std::array<AttributeWord, 18> attribute_words{{
    {"ro", MOUNT_ATTR_RDONLY, 0},
    {"rw", 0, MOUNT_ATTR_RDONLY},
    {"nosuid", MOUNT_ATTR_NOSUID, 0},
    {"suid", 0, MOUNT_ATTR_NOSUID},
    {"nodev", MOUNT_ATTR_NODEV, 0},
    {"dev", 0, MOUNT_ATTR_NODEV},
    {"noexec", MOUNT_ATTR_NOEXEC, 0},
    {"exec", 0, MOUNT_ATTR_NOEXEC},
    {"nodiratime", MOUNT_ATTR_NODIRATIME, 0},
    {"diratime", 0, MOUNT_ATTR_NODIRATIME},
    {"noatime", MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME},
    {"atime", 0, MOUNT_ATTR__ATIME},
    {"relatime", 0, MOUNT_ATTR__ATIME},
    {"norelatime", 0, MOUNT_ATTR__ATIME},
    {"strictatime", MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME},
    {"nostrictatime", 0, MOUNT_ATTR__ATIME},
    {"nosymfollow", 0x00200000, 0},  // MOUNT_ATTR_NOSYMFOLLOW, which glibc 2.36 does not name
    {"symfollow", 0, 0x00200000},
}};

struct PropagationWord {
    std::string_view word;
    unsigned long propagation;
    bool recursive;
};

constexpr std::array<PropagationWord, 8> propagation_words{{
    {"private", MS_PRIVATE, false},
    {"rprivate", MS_PRIVATE, true},
    {"shared", MS_SHARED, false},
    {"rshared", MS_SHARED, true},
    {"slave", MS_SLAVE, false},
    {"rslave", MS_SLAVE, true},
    {"unbindable", MS_UNBINDABLE, false},
    {"runbindable", MS_UNBINDABLE, true},
}};

const PropagationWord* find_propagation(std::string_view word) {
    for (const auto& known : propagation_words)
        if (known.word == word) return &known;
    return nullptr;
}

void apply(MountAttributes& attributes, const AttributeWord& word) {
    attributes.set = (attributes.set & ~word.clear) | word.set;
    attributes.clear = (attributes.clear & ~word.set) | word.clear;
}

bool apply_attribute(MountOptions& result, std::string_view option) {
    for (const auto& known : attribute_words) {
        if (known.word == option) {
            apply(result.attributes, known);
            return true;
        }
        if (option.starts_with('r') && known.word == option.substr(1)) {
            apply(result.recursive, known);
            return true;
        }
    }
    return false;
}

}  // namespace

void parse_propagation(const std::string& word, unsigned long& propagation, bool& recursive) {
    const auto* known = find_propagation(word);
    if (!known) throw InvalidArgument("unknown mount propagation \"{}\"", word);
    propagation = known->propagation;
    recursive = known->recursive;
}

MountOptions parse_mount_options(const std::vector<std::string>& options) {
    MountOptions result;
    for (const auto& option : options) {
        if (option == "defaults" || option.empty()) continue;
        if (option == "bind" || option == "rbind") {
            result.bind = true;
            result.bind_recursive = option == "rbind";
        } else if (const auto* known = find_propagation(option)) {
            result.propagation = known->propagation;
            result.propagation_recursive = known->recursive;
        } else if (option == "tmpcopyup" || option == "remount" || option == "idmap" || option == "ridmap") {
            throw InvalidArgument("mount option \"{}\" is not supported", option);
        } else if (!apply_attribute(result, option)) {
            auto equals = option.find('=');
            if (equals == std::string::npos)
                result.filesystem.push_back({option, "", true});
            else
                result.filesystem.push_back({option.substr(0, equals), option.substr(equals + 1), false});
        }
    }
    return result;
}

}  // namespace dhow::linux
