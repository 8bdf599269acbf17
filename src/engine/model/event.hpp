#pragma once
// Something that happened. Source: Engine API 1.51, EventMessage.

#include <map>
#include <string>

#include "base/units.hpp"

namespace dhow::engine {

struct Event {
    std::string type;    ///< "container", "image", "volume", "network", "daemon"
    std::string action;  ///< "create", "exec_create: sh -c ls", "health_status: healthy", ...
    std::string id;      ///< of the actor: an id or a name, as docker has it
    std::map<std::string, std::string> attributes;
    Timestamp time;
};

}  // namespace dhow::engine
