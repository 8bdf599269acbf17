#pragma once
// From a record to what room bundle is told: every name becomes a path or a number.

#include <map>
#include <optional>
#include <string>

#include "bundle/bundle.hpp"
#include "bundle/spec.hpp"
#include "engine/host.hpp"
#include "engine/model/container.hpp"
#include "engine/options.hpp"
#include "engine/volume_source.hpp"
#include "store/snapshots.hpp"

namespace dhow::engine {

/// What is decided at each start: a copy, so that it can be used on the pool.
struct StartFacts {
    bundle::Namespaces namespaces;
    std::string network_path;  ///< of the sandbox; empty: the host's, or another container's
    std::string shm_path;
    bundle::EtcPaths joined_etc;  ///< of the container whose network is joined; empty: own files
    bool host_network = false;
    std::map<std::string, VolumeSource> volumes;  ///< of the record's volumes, by name
};

/// The spec of a container. Blocking: it looks up users in the layers and opens the sources of mounts.
/// @throws InvalidArgument, NotImplemented, as bundle says it.
bundle::Spec make_spec(const Container& record, const store::Snapshot& snapshot, const StartFacts& facts,
                       const Options& options);

/// Limits, in room bundle's words.
bundle::Resources make_resources(const Resources& resources);

/// The files of /etc: names, and the addresses the container has (none before it is on its networks).
/// @param gateway the address that "host-gateway" means; empty when there is none.
bundle::EtcFiles make_etc(const Container& record, const Options& options, const Host& host,
                          const std::string& gateway);

}  // namespace dhow::engine
