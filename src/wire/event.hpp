#pragma once
// GET /events: one JSON object a line.

#include <cstdint>
#include <map>
#include <string>

#include "base/json.hpp"

namespace dhow::wire {

struct EventActor {
    std::string id;
    std::map<std::string, std::string> attributes;
};

struct Event {
    std::string status;  ///< the action again; containers and images alone, as are the next two
    std::string id;      ///< the actor again
    std::string from;    ///< a container's image
    std::string type;    ///< container, image, volume, network, daemon
    std::string action;
    EventActor actor;
    std::string scope;
    std::int64_t time = 0;       ///< seconds since the epoch
    std::int64_t time_nano = 0;  ///< the same instant in nanoseconds
};

}  // namespace dhow::wire

namespace dhow::json {

template <>
struct Members<wire::EventActor> {
    static constexpr auto list =
        std::tuple{member("ID", &wire::EventActor::id), member("Attributes", &wire::EventActor::attributes)};
};

template <>
struct Members<wire::Event> {
    static constexpr auto list = std::tuple{
        member("status", &wire::Event::status, omit_empty),
        member("id", &wire::Event::id, omit_empty),
        member("from", &wire::Event::from, omit_empty),
        member("Type", &wire::Event::type),
        member("Action", &wire::Event::action),
        member("Actor", &wire::Event::actor),
        member("scope", &wire::Event::scope, omit_empty),
        member("time", &wire::Event::time, omit_empty),
        member("timeNano", &wire::Event::time_nano, omit_empty),
    };
};

}  // namespace dhow::json
