#pragma once
// The JSON of oci/image_config.hpp, apart from it because it is slow to compile and few files need it.

#include "base/json.hpp"
#include "oci/digest_json.hpp"
#include "oci/image_config.hpp"
#include "oci/platform_json.hpp"

template <>
struct dhow::json::Custom<dhow::oci::NameSet> {
    static dhow::oci::NameSet from(const Value& value);
    static Value to(const dhow::oci::NameSet& set);
};

template <>
struct dhow::json::Members<dhow::oci::Healthcheck> {
    using T = dhow::oci::Healthcheck;
    static constexpr auto list = std::tuple{member("Test", &T::test, omit_empty),
                                            member("Interval", &T::interval, omit_empty),
                                            member("Timeout", &T::timeout, omit_empty),
                                            member("StartPeriod", &T::start_period, omit_empty),
                                            member("StartInterval", &T::start_interval, omit_empty),
                                            member("Retries", &T::retries, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::oci::ContainerConfig> {
    using T = dhow::oci::ContainerConfig;
    static constexpr auto list = std::tuple{member("User", &T::user, omit_empty),
                                            member("ExposedPorts", &T::exposed_ports, omit_empty),
                                            member("Env", &T::env, omit_empty),
                                            member("Entrypoint", &T::entrypoint, omit_empty),
                                            member("Cmd", &T::cmd, omit_empty),
                                            member("Healthcheck", &T::healthcheck, omit_empty),
                                            member("ArgsEscaped", &T::args_escaped, omit_empty),
                                            member("Volumes", &T::volumes, omit_empty),
                                            member("WorkingDir", &T::working_dir, omit_empty),
                                            member("OnBuild", &T::on_build, omit_empty),
                                            member("Labels", &T::labels, omit_empty),
                                            member("StopSignal", &T::stop_signal, omit_empty),
                                            member("StopTimeout", &T::stop_timeout, omit_empty),
                                            member("Shell", &T::shell, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::oci::RootFs> {
    using T = dhow::oci::RootFs;
    static constexpr auto list = std::tuple{member("type", &T::type), member("diff_ids", &T::diff_ids)};
};

template <>
struct dhow::json::Members<dhow::oci::History> {
    using T = dhow::oci::History;
    static constexpr auto list = std::tuple{
        member("created", &T::created, omit_empty), member("created_by", &T::created_by, omit_empty),
        member("author", &T::author, omit_empty), member("comment", &T::comment, omit_empty),
        member("empty_layer", &T::empty_layer, omit_empty)};
};

template <>
struct dhow::json::Members<dhow::oci::ImageConfig> {
    using T = dhow::oci::ImageConfig;
    static constexpr auto list = std::tuple{member("created", &T::created, omit_empty),
                                            member("author", &T::author, omit_empty),
                                            member("architecture", &T::architecture),
                                            member("variant", &T::variant, omit_empty),
                                            member("os", &T::os),
                                            member("os.version", &T::os_version, omit_empty),
                                            member("os.features", &T::os_features, omit_empty),
                                            member("comment", &T::comment, omit_empty),
                                            member("container", &T::container, omit_empty),
                                            member("docker_version", &T::docker_version, omit_empty),
                                            member("config", &T::config),
                                            member("rootfs", &T::rootfs),
                                            member("history", &T::history, omit_empty)};
};
