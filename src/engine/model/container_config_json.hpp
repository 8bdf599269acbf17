#pragma once
// The JSON of engine/model/container_config.hpp, apart from it because it is slow to compile and few files
// need it.

#include "base/json.hpp"
#include "engine/model/container_config.hpp"
#include "oci/image_config_json.hpp"

template <>
struct dhow::json::Members<dhow::engine::ContainerConfig> {
    using T = engine::ContainerConfig;
    static constexpr auto list = std::tuple{
        member("Hostname", &T::hostname),
        member("Domainname", &T::domainname),
        member("User", &T::user),
        member("AttachStdin", &T::attach_stdin),
        member("AttachStdout", &T::attach_stdout),
        member("AttachStderr", &T::attach_stderr),
        member("ExposedPorts", &T::exposed_ports, omit_empty),
        member("Tty", &T::tty),
        member("OpenStdin", &T::open_stdin),
        member("StdinOnce", &T::stdin_once),
        member("Env", &T::env, null_empty),
        member("Cmd", &T::cmd),
        member("Healthcheck", &T::healthcheck, omit_empty),
        member("ArgsEscaped", &T::args_escaped, omit_empty),
        member("Image", &T::image),
        member("Volumes", &T::volumes, null_empty),
        member("WorkingDir", &T::working_dir),
        member("Entrypoint", &T::entrypoint),
        member("NetworkDisabled", &T::network_disabled, omit_empty),
        member("MacAddress", &T::mac_address, omit_empty),
        member("OnBuild", &T::on_build, null_empty),
        member("Labels", &T::labels),
        member("StopSignal", &T::stop_signal, omit_empty),
        member("StopTimeout", &T::stop_timeout, omit_empty),
        member("Shell", &T::shell, omit_empty),
    };
};
