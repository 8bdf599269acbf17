#pragma once
// Every command. Each is defined in the file of its name; table.cpp puts them in order.

#include "cli/options/command.hpp"

namespace dhow::cli {

// Of containers.
extern const Command attach_command, create_command, exec_command, kill_command, logs_command,
    container_ls_command, ps_command, pause_command, port_command, container_prune_command, rename_command,
    restart_command, rm_command, run_command, start_command, stats_command, stop_command, top_command,
    unpause_command, update_command, wait_command, container_inspect_command;

// Of images.
extern const Command history_command, image_inspect_command, image_ls_command, images_command,
    image_prune_command, image_rm_command, rmi_command, import_command, load_command, pull_command,
    save_command, tag_command;

// Of volumes and networks.
extern const Command volume_create_command, volume_inspect_command, volume_ls_command, volume_prune_command,
    volume_rm_command;
extern const Command network_connect_command, network_create_command, network_disconnect_command,
    network_inspect_command, network_ls_command, network_prune_command, network_rm_command;

// Of the system.
extern const Command df_command, events_command, info_command, system_prune_command, version_command,
    inspect_command, completion_command, complete_command;

// More of containers and images, and of registries.
extern const Command build_command, commit_command, cp_command, diff_command, export_command, login_command,
    logout_command, push_command;

}  // namespace dhow::cli
