/* defaults.c - devices that QEMU adds where nobody asks for others. */
#include "cli/qemu/defaults.h"

#include "cli/qemu/value.h"

#include <string.h>

typedef enum { SERIAL, PARALLEL, FLOPPY, CDROM, DISPLAY, KINDS } Kind;

static const struct {
    const char *type;
    Kind kind;
    const char *vga; /* for -vga; NULL: cannot be the default */
} types[] = {
    { "isa-serial", SERIAL, NULL },      { "isa-parallel", PARALLEL, NULL },
    { "isa-fdc", FLOPPY, NULL },         { "floppy", FLOPPY, NULL },
    { "ide-cd", CDROM, NULL },           { "ide-hd", CDROM, NULL },
    { "ide-drive", CDROM, NULL },        { "scsi-cd", CDROM, NULL },
    { "scsi-hd", CDROM, NULL },          { "VGA", DISPLAY, "std" },
    { "isa-vga", DISPLAY, NULL },        { "cirrus-vga", DISPLAY, "cirrus" },
    { "isa-cirrus-vga", DISPLAY, NULL }, { "vmware-svga", DISPLAY, "vmware" },
    { "qxl-vga", DISPLAY, "qxl" },       { "virtio-vga", DISPLAY, "virtio" },
    { "virtio-vga-gl", DISPLAY, NULL },  { "ati-vga", DISPLAY, NULL },
    { "vhost-user-vga", DISPLAY, NULL },
};

/* Options that say themselves what there is of a kind. */
static const struct {
    const char *option;
    Kind kind;
} own[] = {
    { "serial", SERIAL },
    { "parallel", PARALLEL },
    { "cdrom", CDROM },
    { "vga", DISPLAY },
};

static int
kind_of(const char *type, gsize len)
{
    for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
        if (strlen(types[i].type) == len &&
            strncmp(types[i].type, type, len) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void
look_at(const char *option, const char *text, gboolean asked[KINDS])
{
    int row = -1;

    for (guint i = 0; i < G_N_ELEMENTS(own); i++) {
        asked[own[i].kind] |= strcmp(own[i].option, option) == 0;
    }
    if (strcmp(option, "device") == 0) {
        g_autoptr(QevmQemuValue) value =
            qevm_qemu_value_parse(text, "driver", NULL);
        g_autofree char *driver =
            value ? qevm_qemu_value_get(value, "driver") : NULL;

        row = driver ? kind_of(driver, strlen(driver)) : -1;
    } else if (strcmp(option, "global") == 0) {
        row = kind_of(text, strcspn(text, "."));
    }
    if (row >= 0) {
        asked[types[row].kind] = TRUE;
    }
}

char **
qevm_qemu_keep_defaults(char *const *words, GPtrArray *options)
{
    g_autoptr(GPtrArray) more = g_ptr_array_new();
    gboolean asked[KINDS] = { FALSE }, none = FALSE;

    for (; *words; words++) {
        const char *name = *words;

        name += *name == '-';
        name += *name == '-';
        if (name == *words) {
            continue;
        }
        none |= strcmp(name, "nodefaults") == 0;
        if (words[1]) {
            look_at(name, words[1], asked);
        }
    }
    for (guint i = 0; i < options->len && !none;) {
        const char *option = g_ptr_array_index(options, i);
        int row = kind_of(option, strcspn(option, "."));

        if (row < 0 || asked[types[row].kind]) {
            i++;
        } else if (types[row].vga) {
            g_ptr_array_add(more, g_strdup("-vga"));
            g_ptr_array_add(more, g_strdup(types[row].vga));
            asked[DISPLAY] = TRUE;
        } else {
            g_ptr_array_remove_index(options, i);
        }
    }
    g_ptr_array_add(more, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&more), FALSE);
}
