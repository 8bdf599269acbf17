#pragma once
// The life of one run of a container, from its start to its exit: what the verbs, the restart policy and the
// recovery share. All of it is called with the container's operation held, unless it says otherwise.

#include <string>

#include "engine/containers/live.hpp"
#include "network/networks.hpp"

namespace dhow::engine {

struct Core;

/// Starts a container that does not run. Whatever fails, all is undone and the record tells why.
/// @throws InvalidArgument for a program that cannot be run (with docker's text); else what failed.
Task<void> start_run(Core& core, LivePtr container);

/// What the shim of run `run` is to tell the engine. Holds the container weakly.
shim::Events shim_events(Core& core, const LivePtr& container);

/// Takes the end of run `run` in: state, events, waits, restart policy, removal, clean-up. Takes the
/// operation itself. Nothing happens when that run is over already.
Task<void> finish_run(Core& core, LivePtr container, std::uint64_t run, shim::ExitStatus status);

/// Lets go of what a run held outside the record: sandbox, shim, run directory. For a run that is over.
Task<void> clean_up_run(Core& core, LivePtr container);

/// The container ends now by the user's wish: no restart policy applies, a pause before a restart ends.
void forbid_restart(Live& container);

/// Kills the container and waits for its end, so that it stays down. Without the operation.
Task<void> kill_and_wait(Core& core, LivePtr container);

/// Waits until no process of the container runs. Without the operation. @return false when `limit` passed.
Task<bool> wait_until_ended(LivePtr container, std::chrono::nanoseconds limit);

/// Removes a container that does not run, from the registry to the disk, and tells who waits for that. What
/// takes long goes on in the background.
Task<void> remove_for_good(Core& core, LivePtr container, bool volumes);

/// Starts again after `pause`, unless the user says otherwise meanwhile. Without the operation.
Task<void> restart_after(Core& core, LivePtr container, std::chrono::nanoseconds pause);

/// Tells the waits of `container` that are for an exit (or for its removal).
void settle_exit_waits(Live& container);
void settle_removal_waits(Live& container);
/// Ends the places of those who attached but will get no stream.
void end_attachments(Live& container);

// health.cpp

/// Begins to probe a container that has started, when it has a health check.
void watch_health(Core& core, const LivePtr& container);

// networking.cpp

/// Puts the container on its networks and publishes its ports; fills the record's endpoints.
Task<void> attach_networks(Core& core, LivePtr container);
/// Publishes that it left its networks, once, and clears its addresses from the record.
void note_disconnected(Core& core, Container& record);
/// What a container asks of the network room for one of its networks.
network::EndpointRequest endpoint_request(const Container& record, const EndpointSettings& settings,
                                          const std::string& network_id);
/// How the API shows an endpoint; a default one clears it.
void show_endpoint(EndpointSettings& settings, const network::Endpoint& endpoint);
/// Drops its sandbox with all endpoints and ports. Never throws.
Task<void> release_networks(Core& core, LivePtr container);

}  // namespace dhow::engine
