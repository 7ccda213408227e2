#include <errno.h>
#include <histedit.h>
#include <locale.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <wchar.h>

// libedit's functions are variadic, which Swift cannot call; this is one editor with a history, a fixed prompt, and a
// descriptor that ends a waiting read from outside.

typedef struct {
    EditLine *editor;
    History *history;
    const char *prompt;
    int wake;
    int interrupted;
} cedit_state;

static inline char *cedit_prompt(EditLine *editor) {
    cedit_state *state = NULL;
    el_get(editor, EL_CLIENTDATA, &state);
    return (char *)state->prompt;
}

/// Reads one character, UTF-8 decoded, or fails when the descriptor `wake` becomes readable.
static inline int cedit_read(EditLine *editor, wchar_t *character) {
    cedit_state *state = NULL;
    el_get(editor, EL_CLIENTDATA, &state);
    uint32_t value = 0;
    int more = 0;
    for (;;) {
        struct pollfd sources[2] = {{STDIN_FILENO, POLLIN, 0}, {state->wake, POLLIN, 0}};
        if (poll(sources, 2, -1) < 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        if (sources[1].revents) {
            uint64_t count;
            if (read(state->wake, &count, sizeof count) > 0) state->interrupted = 1;
            return -1;
        }
        unsigned char byte;
        ssize_t got = read(STDIN_FILENO, &byte, 1);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return (int)got;
        if (more == 0) {
            if (byte < 0x80) value = byte;
            else if (byte >= 0xF0) { value = byte & 0x07; more = 3; }
            else if (byte >= 0xE0) { value = byte & 0x0F; more = 2; }
            else { value = byte & 0x1F; more = 1; }
        } else {
            value = value << 6 | (byte & 0x3F);
            more -= 1;
        }
        if (more == 0) {
            *character = (wchar_t)value;
            return 1;
        }
    }
}

/// An editor on standard input and error; NULL when the terminal cannot be used.
static inline cedit_state *cedit_create(const char *prompt, int wake) {
    setlocale(LC_CTYPE, "C.UTF-8");
    cedit_state *state = calloc(1, sizeof *state);
    if (!state) return NULL;
    state->prompt = prompt;
    state->wake = wake;
    state->editor = el_init("switchboard", stdin, stdout, stderr);
    state->history = history_init();
    if (!state->editor || !state->history) {
        free(state);
        return NULL;
    }
    HistEvent event;
    history(state->history, &event, H_SETSIZE, 500);
    history(state->history, &event, H_SETUNIQUE, 1);
    el_set(state->editor, EL_CLIENTDATA, state);
    el_set(state->editor, EL_PROMPT, cedit_prompt);
    el_set(state->editor, EL_EDITOR, "emacs");
    el_set(state->editor, EL_HIST, history, state->history);
    el_set(state->editor, EL_GETCFN, cedit_read);
    el_set(state->editor, EL_BIND, "^R", "em-inc-search-prev", NULL);
    return state;
}

/// The next line with its newline, owned by the editor; NULL at the end, or when `interrupted` is set.
static inline const char *cedit_line(cedit_state *state) {
    state->interrupted = 0;
    int count = 0;
    const char *line = el_gets(state->editor, &count);
    return count > 0 ? line : NULL;
}

static inline void cedit_remember(cedit_state *state, const char *line) {
    HistEvent event;
    history(state->history, &event, H_ENTER, line);
}

/// Puts the terminal back as it was, and forgets what was typed so far.
static inline void cedit_reset(cedit_state *state) { el_reset(state->editor); }

static inline void cedit_destroy(cedit_state *state) {
    history_end(state->history);
    el_end(state->editor);
    free(state);
}
