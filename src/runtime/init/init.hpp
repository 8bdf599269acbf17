#pragma once
// The two kinds of children between clone and exec.

#include "runtime/init/plan.hpp"

namespace dhow::runtime::init {

/// The first process of a container. Does not return.
[[noreturn]] void run_container(const ContainerPlan& plan) noexcept;

/// One more process of a container. Does not return.
[[noreturn]] void run_exec(const ExecPlan& plan) noexcept;

}  // namespace dhow::runtime::init
