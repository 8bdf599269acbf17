#pragma once
// What a local volume with options is: a file system that is mounted where the volume is used.
//
//     docker volume create -o type=nfs -o o=addr=10.0.0.2,rw -o device=:/export shared
//     docker volume create -o type=none -o o=bind -o device=/srv/data data
//
// Each container mounts it in its own mount namespace: nothing is mounted on the host, and nothing has to be
// unmounted after a crash. The kernel gives two mounts of the same server or device one file system. Only a
// tmpfs is then each container's own, where dockerd's is shared by those that run at the same time.
// Source: docker volume create, "Driver-specific options"; mount(8).

#include <map>
#include <string>
#include <vector>

#include "engine/model/volume.hpp"

namespace dhow::engine {

struct VolumeSource {
    std::string type;    ///< "nfs", "tmpfs", "none", ...; empty: the volume is a folder of the data root
    std::string device;  ///< "server:/path", "/dev/sdb1", a folder for a bind
    std::vector<std::string> options;  ///< "addr=10.0.0.2", "ro", "bind", ...

    bool is_folder() const { return type.empty() && device.empty() && options.empty(); }
    /// A folder of the host under another name.
    bool is_bind() const;
};

/// @throws InvalidArgument for options that the local driver does not have, or that need another one.
void check_volume_options(const std::map<std::string, std::string>& options);

VolumeSource volume_source(const Volume& volume);

}  // namespace dhow::engine
