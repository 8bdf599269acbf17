// Which commands there are, and where help shows them.

#include <array>

#include "cli/commands/commands.hpp"

namespace dhow::cli {

extern const Command builder_prune_command, bootstrap_command, manifest_inspect_command, search_command;

namespace {

constexpr const Command* container_members[] = {
    &attach_command,       &commit_command,
    &cp_command,           &create_command,
    &diff_command,         &exec_command,
    &export_command,       &container_inspect_command,
    &kill_command,         &logs_command,
    &container_ls_command, &pause_command,
    &port_command,         &container_prune_command,
    &rename_command,       &restart_command,
    &rm_command,           &run_command,
    &start_command,        &stats_command,
    &stop_command,         &top_command,
    &unpause_command,      &update_command,
    &wait_command,
};
constexpr const Command* builder_members[] = {&build_command, &builder_prune_command};
constexpr const Command* image_members[] = {
    &bootstrap_command, &build_command,    &history_command,     &import_command, &image_inspect_command,
    &load_command,      &image_ls_command, &image_prune_command, &pull_command,   &push_command,
    &image_rm_command,  &save_command,     &tag_command,
};
constexpr const Command* manifest_members[] = {&manifest_inspect_command};
constexpr const Command* network_members[] = {
    &network_connect_command, &network_create_command, &network_disconnect_command, &network_inspect_command,
    &network_ls_command,      &network_prune_command,  &network_rm_command,
};
constexpr const Command* volume_members[] = {
    &volume_create_command, &volume_inspect_command, &volume_ls_command,
    &volume_prune_command,  &volume_rm_command,
};
constexpr const Command* system_members[] = {&df_command, &events_command, &info_command,
                                             &system_prune_command};

constexpr Command group(std::string_view name, std::string_view summary,
                        std::span<const Command* const> members) {
    return {
        .name = name, .usage = "COMMAND", .summary = summary, .options = {}, .arity = {}, .members = members};
}

constexpr Command builder_group = group("builder", "Manage builds", builder_members);
constexpr Command container_group = group("container", "Manage containers", container_members);
constexpr Command image_group = group("image", "Manage images", image_members);
constexpr Command manifest_group = group("manifest", "Look at manifests in registries", manifest_members);
constexpr Command network_group = group("network", "Manage networks", network_members);
constexpr Command system_group = group("system", "Manage the daemon and its data", system_members);
constexpr Command volume_group = group("volume", "Manage volumes", volume_members);

constexpr std::array entries{
    Entry{Chapter::common, &run_command},         Entry{Chapter::common, &exec_command},
    Entry{Chapter::common, &ps_command},          Entry{Chapter::common, &build_command},
    Entry{Chapter::common, &pull_command},        Entry{Chapter::common, &push_command},
    Entry{Chapter::common, &images_command},      Entry{Chapter::common, &login_command},
    Entry{Chapter::common, &logout_command},      Entry{Chapter::common, &version_command},
    Entry{Chapter::common, &info_command},        Entry{Chapter::management, &builder_group},
    Entry{Chapter::management, &container_group}, Entry{Chapter::management, &image_group},
    Entry{Chapter::management, &manifest_group},  Entry{Chapter::management, &network_group},
    Entry{Chapter::management, &system_group},    Entry{Chapter::management, &volume_group},
    Entry{Chapter::others, &attach_command},      Entry{Chapter::others, &commit_command},
    Entry{Chapter::others, &completion_command},  Entry{Chapter::others, &cp_command},
    Entry{Chapter::others, &create_command},      Entry{Chapter::others, &diff_command},
    Entry{Chapter::others, &events_command},      Entry{Chapter::others, &export_command},
    Entry{Chapter::others, &history_command},     Entry{Chapter::others, &import_command},
    Entry{Chapter::others, &inspect_command},     Entry{Chapter::others, &kill_command},
    Entry{Chapter::others, &load_command},        Entry{Chapter::others, &logs_command},
    Entry{Chapter::others, &pause_command},       Entry{Chapter::others, &port_command},
    Entry{Chapter::others, &rename_command},      Entry{Chapter::others, &restart_command},
    Entry{Chapter::others, &rm_command},          Entry{Chapter::others, &rmi_command},
    Entry{Chapter::others, &save_command},        Entry{Chapter::others, &search_command},
    Entry{Chapter::others, &start_command},       Entry{Chapter::others, &stats_command},
    Entry{Chapter::others, &stop_command},        Entry{Chapter::others, &tag_command},
    Entry{Chapter::others, &top_command},         Entry{Chapter::others, &unpause_command},
    Entry{Chapter::others, &update_command},      Entry{Chapter::others, &wait_command},
    Entry{Chapter::hidden, &complete_command},
};

constexpr std::array globals{
    list("host", 'H', "Daemon socket to connect to"),
    flag("version", 'v', "Print version information and quit"),
};

}  // namespace

std::span<const Entry> all_commands() { return entries; }

Options global_options() { return globals; }

}  // namespace dhow::cli
