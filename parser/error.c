#include "parser/error.h"

G_DEFINE_QUARK(qevm-error-quark, qevm_error)
