/* finding.c - the table of what can be wrong with a stream. */
#include "rewrite/finding.h"

#include <string.h>

/* In order of the names. What QEMU does is from migration/savevm.c and
 * migration/vmstate.c. */
static const QevmFindingInfo table[] = {
    { "bad-framing", QEVM_SEVERITY_ERROR,
      "a record is not one that QEMU writes",
      "A stream is a sequence of records, each with a type byte. Where "
      "the next one should begin there is a byte that is no type, or its "
      "header makes no sense. The record before may be shorter or longer "
      "than its device, or bytes were lost on the way. QEMU stops with "
      "\"Unknown section type\" or similar." },
    { "bad-ram", QEVM_SEVERITY_ERROR, "RAM records that QEMU does not accept",
      "The list of RAM blocks or the page records in it break the "
      "format: flags that do not go together, a page beyond the end of "
      "its block, a block that is not in the list. QEMU stops with a "
      "message of the ram section." },
    { "baseline-expired", QEVM_SEVERITY_WARNING,
      "an accepted difference is not accepted any more",
      "An entry of the baseline has an \"until\" in the past, and what "
      "it accepts is still there. Look at it again: repair it, or give "
      "the entry another date." },
    { "baseline-unused", QEVM_SEVERITY_WARNING,
      "an accepted difference is not there",
      "An entry of the baseline accepts a finding that there is none "
      "of. Take it out, so that it does not accept another one later." },
    { "bytes-shifted", QEVM_SEVERITY_ERROR,
      "a section is longer or shorter than its description",
      "The vmdesc at the end of the stream says how many bytes the "
      "section has; its footer stands elsewhere. Bytes are missing or "
      "were added. A QEMU whose device has the described layout stops "
      "with \"Missing section footer\"; if the stream was edited on "
      "purpose, its vmdesc was not brought up to date." },
    { "capability-differs", QEVM_SEVERITY_ERROR,
      "a migration capability is on at one side only",
      "x-ignore-shared and mapped-ram are named in the configuration "
      "of the stream and must be on at the destination or off at "
      "both. They change how RAM is sent. QEMU stops with "
      "\"Capability X is off, but received capability is on\"." },
    { "command-live", QEVM_SEVERITY_ERROR,
      "a command that needs a living source",
      "PING, OPEN_RETURN_PATH, the postcopy and COLO commands ask for an "
      "answer or for another way of loading. In a file they make QEMU "
      "stop, as with \"CMD_PING received with no return path\". A stream "
      "of a postcopy migration is complete only with what was asked for "
      "over the return path." },
    { "command-unknown", QEVM_SEVERITY_ERROR,
      "a command that the destination does not know",
      "The stream has a command that began with a later release, as "
      "SWITCHOVER_START did with 10.0. QEMU stops with \"MIG_CMD 0xb "
      "unknown\". The rule drop-command takes it out; nothing is "
      "lost with it." },
    { "config-missing", QEVM_SEVERITY_ERROR,
      "the destination wants a configuration",
      "Machine types before 2.4 send no configuration section. A "
      "destination of a later type stops with \"Configuration "
      "section missing\". The rule add-section writes one, or the "
      "destination is started with -global "
      "migration.send-configuration=off." },
    { "config-unexpected", QEVM_SEVERITY_ERROR,
      "the destination takes no configuration",
      "The destination is a machine type before 2.4, or was started "
      "with -global migration.send-configuration=off: a "
      "configuration section is a record that it does not know." },
    { "container-mismatch", QEVM_SEVERITY_ERROR,
      "the container says something else than the stream",
      "libvirt starts the machine that the XML of a save image names, "
      "and QEMU refuses a stream of another one: \"Machine type received "
      "is X and local is Y\". \"qevm set-machine\" changes both. Or the "
      "header says that the stream is compressed in another way than it "
      "is; libvirt goes by the header." },
    { "container-unfinished", QEVM_SEVERITY_ERROR,
      "a save image that was not finished",
      "libvirt writes the header of a save image first and marks it as "
      "complete last. This one is not marked: saving was interrupted, or "
      "is still under way. libvirt refuses it. If the stream in it is "
      "sound, --bare gets it out." },
    { "decode-error", QEVM_SEVERITY_ERROR,
      "a section does not fit its description",
      "The bytes of the section cannot be read by the layout that the "
      "vmdesc describes, though they are as many: a subsection is not "
      "where it should be, a marker has a value it cannot have, or sizes "
      "do not add up." },
    { "device-gone", QEVM_SEVERITY_ERROR,
      "a device that the destination does not have",
      "The old QEMU has a type of device, and saves it in a section of "
      "its own; the new one has neither the type nor another device "
      "with a section of that name. A machine with it cannot be brought "
      "over." },
    { "device-new", QEVM_SEVERITY_NOTE,
      "a device that the older QEMU does not have yet",
      "The new QEMU has a type of device that the old one does not "
      "know. A machine with it cannot be taken back, and no machine "
      "type of the old QEMU has one." },
    { "device-refuses", QEVM_SEVERITY_ERROR,
      "a device does not accept its state",
      "The device at the destination reads all fields and then finds "
      "that they do not go with its own settings: another CPU model, "
      "a property with another value. What it prints itself is in "
      "the finding; often it prints nothing." },
    { "device-unmigratable", QEVM_SEVERITY_ERROR,
      "a device that the destination cannot load",
      "The destination's description of the device has no fields: it is "
      "marked as not migratable, or its code was not built. The source "
      "saves it." },
    { "duplicate-section", QEVM_SEVERITY_NOTE,
      "two sections of the same name and instance",
      "QEMU loads both into the same device, the later one over the "
      "earlier. Two user-mode network backends did this until QEMU 8.1." },
    { "early-eof", QEVM_SEVERITY_ERROR, "the stream ends too soon",
      "The bytes end inside a record, or without the EOF byte. QEMU "
      "stops with \"Input/output error\". The file was cut, or the source "
      "stopped while it was saving." },
    { "end-missing", QEVM_SEVERITY_WARNING,
      "an iterative section was not finished",
      "An iterative section (ram, dirty-bitmap, ...) has a START record "
      "and no END. What it would have sent last is missing, and QEMU "
      "does not notice. Only the ram section of a background snapshot "
      "has no END by design." },
    { "field-conditional", QEVM_SEVERITY_WARNING,
      "a field that is sent or read under a condition",
      "One side has the field only if a function of its own says so, "
      "and the other side always, or never. Most often that is a "
      "property that machine types set, as x-not-migrate-acpi-index of "
      "piix4_pm, and all is well as long as both sides decide alike. A "
      "description does not tell. If they do not, QEMU stops with "
      "\"Missing section footer\" or reads what follows as something "
      "else." },
    { "field-extra", QEVM_SEVERITY_ERROR,
      "the stream has a field that the destination does not read",
      "The destination's layout of the section has no such field, so "
      "that it takes these bytes for what follows. Most often it "
      "ends before the section does: \"Missing section footer\". The "
      "rule remove-field takes it out." },
    { "field-length", QEVM_SEVERITY_WARNING,
      "an array whose length may be fixed or not differs",
      "A dump tells the length of an array if it is fixed, a stream that of "
      "every array, fixed or not. Where the length is another field, both "
      "sides have as many elements as that one says, and all is well; where "
      "it is not, or comes from the command line, QEMU reads too many or too "
      "few." },
    { "field-misread", QEVM_SEVERITY_WARNING,
      "as many bytes, but of other fields",
      "In one place the source sends a field that the destination does "
      "not read, in another the destination reads one that is not sent, "
      "and both have as many bytes. The section has the right length, "
      "so QEMU loads it; but all fields between get the values of "
      "others." },
    { "field-missing", QEVM_SEVERITY_ERROR,
      "the destination reads a field that the stream lacks",
      "The destination's layout of the section has one more field "
      "here, so that it takes the following bytes for it and reads "
      "past the section's end. QEMU stops with \"Missing section "
      "footer\" or wherever the bytes do not make sense. The rule "
      "add-field puts one in." },
    { "field-opaque", QEVM_SEVERITY_WARNING,
      "bytes of the device's own making differ in number",
      "The device writes and reads these bytes by code of its own, "
      "which the description shows as one field. Both streams have "
      "another number of them. That can be another command line, "
      "another state of the guest, or another layout." },
    { "field-regrouped", QEVM_SEVERITY_NOTE,
      "the same bytes, divided otherwise",
      "Several fields stand where the other side has one or several "
      "others, and have as many bytes together: an array described one "
      "by one, or a hole that was put to use. QEMU loads it." },
    { "field-renamed", QEVM_SEVERITY_NOTE, "a field has another name",
      "Names of fields are not on the wire, and QEMU does not look at "
      "them." },
    { "field-resized", QEVM_SEVERITY_ERROR,
      "a field has another size or count at the destination",
      "Both have the field, but not as many bytes of it, so that all "
      "that follows is read at the wrong place." },
    { "field-untold", QEVM_SEVERITY_NOTE, "a field whose size is not told",
      "A description does not tell how many bytes the field has: it is "
      "an array whose length is another field or, before QEMU 8.1, any "
      "array; or the device writes it by code of its own." },
    { "footer-missing", QEVM_SEVERITY_ERROR,
      "a section does not end with its footer",
      "After each section the loader wants a footer with the section's "
      "id. If it finds other bytes, the section was shorter or longer "
      "than its device read: \"Missing section footer\" or \"Mismatched "
      "section id in footer\"." },
    { "footers-missing", QEVM_SEVERITY_ERROR, "the destination wants footers",
      "Machine types before 2.4 send no footers. A later one stops "
      "with \"Missing section footer for ram\". The rule set-footers "
      "adds them, or the destination is started with -global "
      "migration.send-section-footer=off." },
    { "footers-unexpected", QEVM_SEVERITY_ERROR,
      "the destination takes no footers",
      "The destination is a machine type before 2.4, or was started "
      "with -global migration.send-section-footer=off. It stops with "
      "\"Unknown savevm section type 126\"." },
    { "irq-state", QEVM_SEVERITY_ERROR, "a PCI interrupt is neither 0 nor 1",
      "The state of a PCI device's four interrupt pins must be 0 or 1 "
      "each. QEMU stops with \"irq state N: must be 0 or 1\"." },
    { "list-marker", QEVM_SEVERITY_NOTE,
      "a marker of a list is neither 0 nor 1",
      "Before each element of a list stands a 1, after the last one a 0. "
      "QEMU takes any other value for a 1, but never writes one." },
    { "machine-name", QEVM_SEVERITY_WARNING,
      "the machine's name is empty or odd",
      "The name of the machine type in the configuration is empty, very "
      "long, or has characters that no machine type has. QEMU compares "
      "as many characters as were sent, so that with an empty name it "
      "compares nothing." },
    { "machine-type", QEVM_SEVERITY_ERROR,
      "the stream is of another machine type",
      "The name of the machine type is in the configuration, and "
      "QEMU compares it with its own: \"Machine type received is 'X' "
      "and local is 'Y'\". The name can be set; what else differs "
      "between the two machine types are findings of their own." },
    { "minimum-raised", QEVM_SEVERITY_NOTE,
      "older state is not accepted any more",
      "The destination's minimum_version_id is above the source's. It "
      "takes what the source sends, but not what an older QEMU did that "
      "the source would still take." },
    { "more-findings", QEVM_SEVERITY_NOTE, "there are more findings than these",
      "Of a stream with thousands of findings the first ones are listed, and "
      "of the others those that are worse than all before." },
    { "negative-version", QEVM_SEVERITY_ERROR,
      "a value that must not be negative is",
      "Fields of the type \"int32 le\" must be between 0 and the value "
      "that the destination has. QEMU stops with \"Invalid value N "
      "expecting positive value\"." },
    { "not-read", QEVM_SEVERITY_NOTE,
      "opaque bytes that a description does not fit",
      "The vmdesc shows these bytes as one field, and there is a "
      "description of what they mean, see qevm-schema(5). It does not fit "
      "them, or fits them in more than one way, so they are left as they "
      "are. A device of another release, or one that was changed, has "
      "another layout; QEMU may well load it." },
    { "not-understood", QEVM_SEVERITY_ERROR,
      "the stream may be sound, but cannot be read on",
      "The stream has something that is legal and that qevm does not "
      "know or does not accept, such as a payload that nothing describes "
      "in a stream without footers, or a size past a limit. QEMU may "
      "well load it." },
    { "null-array", QEVM_SEVERITY_NOTE,
      "an array whose description is known to be wrong",
      "Until 9.1, QEMU described an array of pointers by its first "
      "element, null or not. The section was found by its footer. What "
      "is in s390_css, of every s390x machine, qevm knows; this one it "
      "cannot decode, unless you describe it: see qevm-schema(5). It "
      "loads." },
    { "null-marker", QEVM_SEVERITY_ERROR,
      "the marker of a null pointer has another value",
      "A null pointer is written as the byte 0x30; since 11.0 a 0x31 "
      "announces an element. Anything else makes QEMU stop with "
      "\"Unexpected ptr marker\" or \"expected VMS_NULLPTR_MARKER\"." },
    { "oddity", QEVM_SEVERITY_NOTE, "something that streams rarely have",
      "Seen on the way through the stream; the sentence says what." },
    { "page-size-differs", QEVM_SEVERITY_ERROR,
      "the guest's pages have another size",
      "RAM is sent in pages of the guest's size. QEMU stops with "
      "\"Received TARGET_PAGE_BITS is A but local is B\". The rule "
      "regroup-ram-pages sends the same RAM in other pages." },
    { "page-size-guessed", QEVM_SEVERITY_NOTE,
      "nothing in the stream tells the page size",
      "RAM records cannot be read without the page size of the guest. It "
      "stands in the vmdesc, or in the configuration of some machines. "
      "Without both it was guessed from the RAM records themselves." },
    { "pci-config-differs", QEVM_SEVERITY_ERROR,
      "a fixed byte of PCI config space is another one",
      "QEMU compares what the guest cannot write to: ids, revision, "
      "class, the list of capabilities and the fixed parts of each. "
      "A difference means that the devices are not the same: another "
      "property, another machine type. QEMU stops with "
      "\"get_pci_config_device: Bad config data\". It is best to "
      "give the destination the property that makes its device the "
      "one the guest knows." },
    { "postcopy-advise", QEVM_SEVERITY_WARNING,
      "the source was ready for postcopy",
      "The stream starts with POSTCOPY_ADVISE and page sizes. It loads "
      "only where the capability postcopy-ram is on: \"RAM postcopy is "
      "disabled but have 16 byte advise\"." },
    { "ram-block-kept", QEVM_SEVERITY_NOTE,
      "a RAM block with firmware is not in the stream",
      "The destination has a block of code or tables that the stream "
      "does not have; it keeps its own contents." },
    { "ram-block-missing", QEVM_SEVERITY_WARNING,
      "a RAM block of the destination is not in the stream",
      "QEMU does not notice. The guest finds memory there that it "
      "did not have, or other contents than it left." },
    { "ram-block-size", QEVM_SEVERITY_ERROR,
      "a RAM block has another size at the destination",
      "QEMU stops with \"Size mismatch\". Option ROMs and firmware "
      "change their size between releases; memory and video memory "
      "are settings of the command line." },
    { "ram-block-unknown", QEVM_SEVERITY_ERROR,
      "the destination has no such RAM block",
      "QEMU stops with \"Unknown ramblock\". The block may have "
      "another name there, be split, or belong to a device that the "
      "destination does not have. The rules rename-ram-block and "
      "drop-ram-block repair it." },
    { "run-state", QEVM_SEVERITY_ERROR, "the run state is none that QEMU knows",
      "The section globalstate names the state that the machine was in. "
      "QEMU stops with \"invalid parameter value\" at a name it does not "
      "have." },
    { "section-absent", QEVM_SEVERITY_WARNING,
      "a section that the destination's own stream does not have",
      "The source sends a section that is not in a stream of the destination. "
      "If the device is not there, QEMU stops with \"Unknown savevm section "
      "or instance\". A few sections are sent only if they are needed, or are "
      "only read any more, as audio since 5.2." },
    { "section-missing", QEVM_SEVERITY_WARNING,
      "the stream has nothing of a device of the destination",
      "QEMU does not notice that a section is missing. The device "
      "stays as after a reset. A device that the guest knows will "
      "not work as it expects; one that it never saw does no harm." },
    { "section-opaque", QEVM_SEVERITY_NOTE,
      "nothing describes a section's payload",
      "There is no vmdesc, or it does not list the section. Its bytes "
      "can be kept, dropped and compared, but not decoded." },
    { "section-resynced", QEVM_SEVERITY_NOTE,
      "the end of a section was found by its footer",
      "Nothing says how long the payload is, so it was taken to end "
      "where a footer with its id is followed by a record." },
    { "section-unknown", QEVM_SEVERITY_ERROR,
      "the destination has no such section",
      "A device in the stream is not there at the destination, is "
      "called otherwise, sits elsewhere, or has another instance "
      "number. QEMU stops with \"Unknown savevm section or "
      "instance\"." },
    { "slirp-connection", QEVM_SEVERITY_WARNING,
      "a connection of the user network is saved",
      "Connections to a guestfwd address are saved with the user network. A "
      "destination whose -netdev has not got the same guestfwd rule refuses "
      "the section, and a stream does not tell which rules it has. The rule "
      "remove-element takes a connection out; the guest sees it stall." },
    { "slirp-refused", QEVM_SEVERITY_ERROR,
      "a connection that the user network does not take",
      "The stream has a connection to a guestfwd address, and the "
      "destination's command line has no guestfwd rule. QEMU refuses the "
      "section with \"error while loading state\" and no other word." },
    { "subsection-name", QEVM_SEVERITY_WARNING,
      "a subsection whose name leads to the wrong place",
      "QEMU offers a subsection to the struct that was loaded last, and "
      "takes it for one of its own if the name begins with that of the "
      "struct's vmsd; if it then does not have it, loading ends. And a "
      "subsection is looked for only if its name begins with that of "
      "the vmsd that it belongs to. It is never loaded "
      "(migration/vmstate.c:vmstate_subsection_load())." },
    { "subsection-optional", QEVM_SEVERITY_WARNING,
      "a subsection that the destination does not know",
      "The source sends it if it is needed, which a description does "
      "not tell; then QEMU stops with \"No such file or directory\". A "
      "subsection that is new is needed for new state only, if it was "
      "done right, and most often machine types of older versions do "
      "not have that." },
    { "subsection-twice", QEVM_SEVERITY_WARNING, "two subsections of one name",
      "A vmsd has two subsections of the same name. QEMU finds the "
      "first one for both, and reads the bytes of the second as if they "
      "were of the first." },
    { "subsection-unknown", QEVM_SEVERITY_ERROR,
      "the destination knows no such subsection",
      "A subsection holds state that not every guest has. A QEMU "
      "that does not know it refuses the section with \"No such file "
      "or directory\" and often no other word. The rule "
      "strip-subsection takes it out, which loses its contents." },
    { "subsection-version", QEVM_SEVERITY_WARNING,
      "a subsection's version is above 255",
      "QEMU reads the version of a subsection as 32 bits and keeps 8 of "
      "them, so that 257 is a 1." },
    { "timer-stops", QEVM_SEVERITY_WARNING,
      "a timer of a CPU that does not go off any more",
      "Before 8.2, a QEMU without KVM does not start the decrementer of a "
      "Power CPU after a load. A guest that waits for it hangs, at once or "
      "after a "
      "while, and is called running. What qevm plan makes has the CPU take the "
      "interrupt first, and the guest then sets the decrementer itself. If the "
      "CPU takes no interrupt just then, save the guest at another moment." },
    { "trailing-bytes", QEVM_SEVERITY_NOTE,
      "bytes follow the end of the stream",
      "QEMU does not read them. Block devices and some tools pad the "
      "stream with zeros." },
    { "uuid-differs", QEVM_SEVERITY_ERROR,
      "the stream is of a machine with another UUID",
      "With the capability validate-uuid the stream names the "
      "machine's UUID, and QEMU compares it with its own -uuid." },
    { "uuid-sent", QEVM_SEVERITY_NOTE, "the stream names the machine's UUID",
      "A destination whose -uuid is another one refuses the stream; "
      "one without takes it. The reference does not tell which it "
      "is." },
    { "value-differs", QEVM_SEVERITY_ERROR,
      "a value must be the same at both sides, and is not",
      "The field is compared with the destination's own value, which "
      "its settings decide: a number of queues, of timers, of "
      "interrupts. QEMU prints both values in hex and stops." },
    { "value-refused", QEVM_SEVERITY_ERROR,
      "a value that the destination does not accept",
      "The loader checks this field and refuses what is there." },
    { "value-too-large", QEVM_SEVERITY_ERROR,
      "a value is larger than the destination's",
      "The field must be between 0 and the destination's own value. "
      "QEMU stops with \"Invalid value N expecting positive value <= "
      "M\"." },
    { "version-too-new", QEVM_SEVERITY_ERROR,
      "a version is newer than the destination knows",
      "The version in the header is above that of the destination's "
      "device. QEMU stops with \"unsupported version N for 'X' vM\" "
      "or \"incoming version_id N is too new\". Fields that came "
      "with the later versions have to be removed, and the version "
      "set." },
    { "version-too-old", QEVM_SEVERITY_ERROR,
      "a version is older than the destination accepts",
      "The version in the header is below the minimum of the "
      "destination's device. QEMU stops with \"incoming version_id N "
      "is too old\"." },
    { "version-untold", QEVM_SEVERITY_WARNING,
      "a version below that of the destination",
      "The destination saves a later version itself. A stream does not "
      "tell the oldest version that it takes." },
    { "virtio-features", QEVM_SEVERITY_ERROR,
      "the guest took features that are not offered",
      "The guest of a virtio device negotiated a feature that the device at "
      "the destination does not offer: another property, or a back end that "
      "cannot do it. QEMU stops with \"Features 0xA unsupported. Allowed "
      "features: 0xB\". It is best to give the destination's device the "
      "property." },
    { "virtio-queue-size", QEVM_SEVERITY_ERROR,
      "a virtqueue is larger than the destination's",
      "Since 11.0, QEMU refuses a virtqueue that is larger than what "
      "the device allocated: \"VQ N vring.num A exceeds allocated "
      "max B\". QEMU 10.0 of some distributions sends 1024 for every "
      "queue. A queue that the guest does not use can be made "
      "smaller; for one in use, give the destination's device a "
      "queue-size." },
    { "vmdesc-disagrees", QEVM_SEVERITY_WARNING,
      "the vmdesc describes another stream",
      "The vmdesc lists devices or versions that the sections do not "
      "have. QEMU does not read the vmdesc and loads the stream, but "
      "whoever decodes it by that description is misled." },
    { "vmdesc-missing", QEVM_SEVERITY_NOTE, "the stream carries no vmdesc",
      "The description of the devices is not there: an old machine type "
      "(pc until 2.2), a postcopy migration, or suppress-vmdesc. QEMU "
      "prints \"Expected vmdescription section\" and loads the stream. "
      "Devices cannot be decoded without it." },
    { "vmdesc-unreadable", QEVM_SEVERITY_WARNING,
      "the vmdesc is there and is not JSON of the known form",
      "QEMU does not read the vmdesc, and loads the stream. Devices "
      "cannot be decoded. A QEMU before 6.0 writes names with quotes or "
      "backslashes in them so." },
};

const char *
qevm_severity_name(QevmSeverity severity)
{
    static const char *const names[] = { "note", "warning", "error" };

    return names[severity];
}

const QevmFindingInfo *
qevm_finding_table(guint *count)
{
    *count = G_N_ELEMENTS(table);
    return table;
}

const QevmFindingInfo *
qevm_finding_find(const char *slug)
{
    for (guint i = 0; i < G_N_ELEMENTS(table); i++) {
        if (strcmp(table[i].slug, slug) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

void
qevm_finding_free(QevmFinding *finding)
{
    if (finding) {
        g_free(finding->path);
        g_free(finding->sentence);
        g_free(finding->accepted);
        g_clear_pointer(&finding->lines, g_ptr_array_unref);
        g_clear_pointer(&finding->rules, json_decref);
        g_free(finding->advice);
        g_free(finding);
    }
}

QevmFinding *
qevm_finding_add(GPtrArray *findings, const char *slug, char *path,
                 guint64 offset, const char *format, ...)
{
    QevmFinding *finding = g_new0(QevmFinding, 1);
    va_list args;

    finding->info = qevm_finding_find(slug);
    g_assert(finding->info);
    finding->path = path ? path : g_strdup("");
    finding->offset = offset;
    va_start(args, format);
    finding->sentence = g_strdup_vprintf(format, args);
    va_end(args);
    g_ptr_array_add(findings, finding);
    return finding;
}

/* What stands at one place stays in the order in which it was found. */
static gint
by_offset(gconstpointer a, gconstpointer b)
{
    const QevmFinding *fa = *(QevmFinding *const *)a;
    const QevmFinding *fb = *(QevmFinding *const *)b;

    return fa->offset < fb->offset ? -1 : fa->offset > fb->offset;
}

void
qevm_findings_sort(GPtrArray *findings)
{
    g_ptr_array_sort(findings, by_offset);
}

QevmFindingCounts
qevm_findings_count(const GPtrArray *findings)
{
    QevmFindingCounts counts = { { 0 }, 0 };

    for (guint i = 0; i < findings->len; i++) {
        const QevmFinding *f = g_ptr_array_index(findings, i);

        (f->accepted ? &counts.accepted : &counts.of[f->info->severity])[0]++;
    }
    return counts;
}
