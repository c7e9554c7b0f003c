// Switches between two stacks a thousand times, with other values in the
// registers each time, and looks at every register which a function has to give
// back as it was. `probe`, in the file for the machine, sets and reads them.
//
//     registers N    try the N-th switch of the table `switches`
//
// Ends with 0, or says what was wrong and ends with 1.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 1000, STACK = 1 << 16 };

typedef uint64_t word;
typedef void exchange(word **slot, word message);

struct tried {
    exchange *exchange;
    word keeps_control_words;
};
extern const struct tried switches[];

// What a probe sets, and what it finds when the switch has come back.
struct seen {
    word registers[21];
    word stack_pointer;
    // What lies directly above the frame of the switch.
    word above[2];
};
word probe(word **slot, word message, struct seen *set, struct seen *found,
           exchange *exchange);

struct a_register {
    const char *name;
    // The bits that are to be as before.
    word bits;
    enum {
        KEPT,
        CONTROL_WORD,
        // Belongs to the system: a switch may not even exchange it.
        SYSTEM,
    } kind;
};

// In the order in which `probe` has them.
static const struct a_register registers[] = {
#if defined(__x86_64__)
    {"rbx", -1, KEPT}, {"rbp", -1, KEPT}, {"r12", -1, KEPT}, {"r13", -1, KEPT},
    {"r14", -1, KEPT}, {"r15", -1, KEPT},
    {"mxcsr", 0xffc0, CONTROL_WORD}, {"x87 control word", 0x0f3f, CONTROL_WORD},
#elif defined(__aarch64__)
    {"x19", -1, KEPT}, {"x20", -1, KEPT}, {"x21", -1, KEPT}, {"x22", -1, KEPT},
    {"x23", -1, KEPT}, {"x24", -1, KEPT}, {"x25", -1, KEPT}, {"x26", -1, KEPT},
    {"x27", -1, KEPT}, {"x28", -1, KEPT}, {"x29", -1, KEPT},
    {"d8", -1, KEPT}, {"d9", -1, KEPT}, {"d10", -1, KEPT}, {"d11", -1, KEPT},
    {"d12", -1, KEPT}, {"d13", -1, KEPT}, {"d14", -1, KEPT}, {"d15", -1, KEPT},
    {"x18", -1, SYSTEM},
    {"fpcr", 0x07c00000, CONTROL_WORD},
#endif
};
enum { COUNT = sizeof registers / sizeof registers[0] };

static const struct tried *tried;

static void wrong(const char *what, word expected, word found) {
    printf("%s: %#llx, not %#llx\n", what, (unsigned long long)found,
           (unsigned long long)expected);
    exit(1);
}

static word random_word(void) {
    static word state = 0x9e3779b97f4a7c15;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

// The slot, and what the two sides have sent last.
static word *slot;
static word sent[2];

static word try_once(int side) {
    struct seen set, found;
    for (int i = 0; i < COUNT; i++) {
        word value = registers[i].kind == SYSTEM ? 18 : random_word();
        set.registers[i] = value & registers[i].bits;
    }
    set.above[0] = random_word();
    set.above[1] = random_word();
    memset(&found, 0xa5, sizeof found);
    sent[side] = random_word();

    word message = probe(&slot, sent[side], &set, &found, tried->exchange);

    for (int i = 0; i < COUNT; i++) {
        if (registers[i].kind == CONTROL_WORD && !tried->keeps_control_words) {
            continue;
        }
        word value = found.registers[i] & registers[i].bits;
        if (value != set.registers[i]) {
            wrong(registers[i].name, set.registers[i], value);
        }
    }
    if (set.stack_pointer != found.stack_pointer) {
        wrong("stack pointer", set.stack_pointer, found.stack_pointer);
    }
    for (int i = 0; i < 2; i++) {
        if (set.above[i] != found.above[i]) {
            wrong("above the frame", set.above[i], found.above[i]);
        }
    }
    return message;
}

// What the second stack begins with: `start` calls it.
void other_side(word message) {
    for (;;) {
        if (message != sent[0]) {
            wrong("message", sent[0], message);
        }
        message = try_once(1);
    }
}

// What the switch takes off a stack that has never run: zeros, but for the
// control words and for the address at which it goes on.
extern void start(void);
#if defined(__x86_64__)
enum { FRAME = 8, ADDRESS = 7, CONTROL = 0 };
static const word CONTROL_WORDS = 0x1f80 | 0x037full << 32;
#elif defined(__aarch64__)
enum { FRAME = 22, ADDRESS = 11, CONTROL = 20 };
static const word CONTROL_WORDS = 0;
#endif

int main(int count, char **arguments) {
    static _Alignas(16) word stack[STACK];
    tried = &switches[count > 1 ? atoi(arguments[1]) : 0];
    slot = stack + STACK - FRAME;
    slot[ADDRESS] = (word)start;
    slot[CONTROL] = CONTROL_WORDS;
    for (int round = 0; round < ROUNDS; round++) {
        word message = try_once(0);
        if (message != sent[1]) {
            wrong("message", sent[1], message);
        }
    }
    return 0;
}
