#pragma once
// The JSON of what subrequests give. Source: moby/buildkit, frontend/subrequests and solver/pb/ops.proto.

#include "base/json.hpp"
#include "build/subrequests/documents.hpp"
#include "build/subrequests/outline.hpp"

/// A place in the first of the sources: {"ranges": [{"start": {"line": 1}, "end": {"line": 2}}]}; {} nowhere.
template <>
struct dhow::json::Custom<dhow::build::dockerfile::Lines> {
    static dhow::build::dockerfile::Lines from(const Value& value);
    static Value to(const dhow::build::dockerfile::Lines& lines);
};

template <>
struct dhow::json::Members<dhow::build::Target> {
    using T = dhow::build::Target;
    static constexpr auto list = std::tuple{member("name", &T::name, omit_empty),
                                            member("default", &T::is_default, omit_empty),
                                            member("description", &T::description, omit_empty),
                                            member("base", &T::base, omit_empty),
                                            member("platform", &T::platform, omit_empty),
                                            member("location", &T::lines, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::build::ArgumentOutline> {
    using T = dhow::build::ArgumentOutline;
    static constexpr auto list =
        std::tuple{member("name", &T::name), member("description", &T::description, omit_empty),
                   member("value", &T::value, omit_empty), member("location", &T::lines, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::build::LoanOutline> {
    using T = dhow::build::LoanOutline;
    static constexpr auto list =
        std::tuple{member("name", &T::name), member("required", &T::required, omit_empty),
                   member("location", &T::lines, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::build::CacheOutline> {
    using T = dhow::build::CacheOutline;
    static constexpr auto list = std::tuple{member("ID", &T::id), member("location", &T::lines, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::build::Outline> {
    using T = dhow::build::Outline;
    static constexpr auto list = std::tuple{
        member("name", &T::name, omit_empty),      member("description", &T::description, omit_empty),
        member("args", &T::arguments, omit_empty), member("secrets", &T::secrets, omit_empty),
        member("ssh", &T::agents, omit_empty),     member("cache", &T::caches, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::build::SourceInfo> {
    using T = dhow::build::SourceInfo;
    static constexpr auto list = std::tuple{member("filename", &T::filename), member("data", &T::data),
                                            member("language", &T::language)};
};

template <>
struct dhow::json::Members<dhow::build::WarningDocument> {
    using T = dhow::build::WarningDocument;
    static constexpr auto list =
        std::tuple{member("ruleName", &T::rule), member("description", &T::description, omit_empty),
                   member("url", &T::url, omit_empty), member("detail", &T::detail, omit_empty),
                   member("location", &T::lines)};
};

template <>
struct dhow::json::Members<dhow::build::MistakeDocument> {
    using T = dhow::build::MistakeDocument;
    static constexpr auto list = std::tuple{member("message", &T::message), member("location", &T::lines)};
};

template <>
struct dhow::json::Members<dhow::build::CheckDocument> {
    using T = dhow::build::CheckDocument;
    static constexpr auto list =
        std::tuple{member("warnings", &T::warnings, null_empty), member("sources", &T::sources),
                   member("buildError", &T::error, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::build::NamedPart> {
    using T = dhow::build::NamedPart;
    static constexpr auto list = std::tuple{member("name", &T::name), member("description", &T::description)};
};

template <>
struct dhow::json::Members<dhow::build::SubrequestDocument> {
    using T = dhow::build::SubrequestDocument;
    static constexpr auto list = std::tuple{member("name", &T::name),
                                            member("version", &T::version),
                                            member("type", &T::type),
                                            member("description", &T::description),
                                            member("opts", &T::options, null_empty),
                                            member("inputs", &T::inputs, null_empty),
                                            member("metadata", &T::metadata, null_empty),
                                            member("refs", &T::refs, null_empty)};
};
