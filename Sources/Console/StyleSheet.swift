import HTTP

/// How pages look: one file, light and dark, nothing from elsewhere.
enum StyleSheet {
    static let path = "/console.css"

    static var response: HTTPResponse {
        HTTPResponse(
            status: 200,
            fields: ["Content-Type": "text/css; charset=utf-8", "Cache-Control": "max-age=300"],
            body: .bytes(Array(text.utf8))
        )
    }

    // Every pair of colours has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3).
    private static let text = """
        :root {
          color-scheme: light dark;
          --ground: #f6f7f9; --paper: #ffffff; --ink: #1a1d23; --dim: #565d6b; --line: #8a92a3;
          --accent: #1f4fbf; --on-accent: #ffffff; --good: #14612f; --bad: #a11a1a;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --ground: #14161a; --paper: #1e2127; --ink: #eceef2; --dim: #aab1bf; --line: #727b8c;
            --accent: #9dbcff; --on-accent: #10131a; --good: #8fd6a4; --bad: #ff9f9f;
          }
        }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
        header {
          display: flex; justify-content: space-between; align-items: center; flex-wrap: wrap; gap: .5rem;
          max-width: 44rem; margin: 0 auto; padding: 1rem;
        }
        main {
          max-width: 44rem; margin: 0 auto 3rem; padding: 1.5rem; background: var(--paper);
          border: 1px solid var(--line); border-radius: .5rem;
        }
        h1 { margin: 0 0 1rem; font-size: 1.4rem; line-height: 1.25; }
        h2 { font-size: 1.1rem; }
        a { color: var(--accent); }
        .brand { color: inherit; font-weight: 600; text-decoration: none; }
        .who { display: flex; gap: .75rem; align-items: center; color: var(--dim); }
        .dim { color: var(--dim); font-size: .9rem; margin: .1rem 0 .3rem; }
        .field { margin: 0 0 1.1rem; }
        label { display: block; font-weight: 600; }
        input, textarea, select {
          width: 100%; padding: .55rem; font: inherit; color: inherit; background: var(--ground);
          border: 1px solid var(--line); border-radius: .35rem;
        }
        button {
          padding: .55rem 1.1rem; font: inherit; font-weight: 600; cursor: pointer; border-radius: .35rem;
          color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent);
        }
        button.secondary { color: var(--accent); background: transparent; }
        button.danger { color: var(--bad); background: transparent; border-color: var(--bad); }
        button.plain { padding: 0; color: var(--accent); background: none; border: 0; text-decoration: underline; }
        .actions { display: flex; gap: .75rem; flex-wrap: wrap; }
        :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
        .notice { padding: .6rem .8rem; border-left: .3rem solid var(--line); background: var(--ground); }
        .notice.error { border-color: var(--bad); color: var(--bad); }
        .notice.good { border-color: var(--good); color: var(--good); }
        table { width: 100%; border-collapse: collapse; }
        th, td { padding: .4rem .5rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
        pre, code { font: .9rem/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
        pre { padding: .75rem; overflow: auto; white-space: pre-wrap; background: var(--ground); border-radius: .35rem; }
        .skip { position: absolute; left: -999rem; }
        .skip:focus { left: 1rem; top: 1rem; }

        """
}
