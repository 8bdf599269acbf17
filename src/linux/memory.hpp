#pragma once
// Memory that a process has mapped and does not need while it is idle.

namespace dhow::linux {

/// Gives back free heap, and the pages of the program and its libraries. Those stay in the page cache, one
/// copy for all processes; what is needed again is mapped again when it is touched, some microseconds a page.
/// Safe at any time and from any thread. Source: madvise(2), MADV_DONTNEED; malloc_trim(3).
void give_back_idle_pages() noexcept;

}  // namespace dhow::linux
