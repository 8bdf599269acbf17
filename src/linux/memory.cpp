#include "linux/memory.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

namespace dhow::linux {

namespace {

int drop_pages(dl_phdr_info* object, std::size_t, void*) {
    if (std::string_view(object->dlpi_name).starts_with("linux-vdso")) return 0;
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    for (int i = 0; i < object->dlpi_phnum; ++i) {
        const auto& segment = object->dlpi_phdr[i];
        // Never a writable one: its pages are this process's own, and would come back as in the file.
        if (segment.p_type != PT_LOAD || (segment.p_flags & PF_W)) continue;
        auto begin = (object->dlpi_addr + segment.p_vaddr) & ~(page - 1);
        auto end = object->dlpi_addr + segment.p_vaddr + segment.p_memsz;
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
    return 0;
}

}  // namespace

void give_back_idle_pages() noexcept {
    ::malloc_trim(0);
    ::dl_iterate_phdr(drop_pages, nullptr);
}

}  // namespace dhow::linux
