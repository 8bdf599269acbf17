#pragma once
// The JSON of engine/model/volume.hpp, apart from it because it is slow to compile and few files need it.

#include "base/json.hpp"
#include "base/json_time.hpp"
#include "engine/model/volume.hpp"

template <>
struct dhow::json::Members<dhow::engine::Volume> {
    using T = engine::Volume;
    static constexpr auto list = std::tuple{
        member("Version", &T::version),      member("Name", &T::name),
        member("Driver", &T::driver),        member("Mountpoint", &T::mountpoint),
        member("CreatedAt", &T::created_at), member("Labels", &T::labels),
        member("Options", &T::options),
    };
};
