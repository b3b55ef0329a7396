#include "cli/qemu/error.h"

G_DEFINE_QUARK(qevm_qemu_error_quark, qevm_qemu_error)
