#include "parser/error.h"

G_DEFINE_QUARK(qevm_error_quark, qevm_error)
