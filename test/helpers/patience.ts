/** How long `vi.waitFor` waits for what comes at once on an idle machine, in milliseconds: a loaded one is no failure. */
export const patience = { timeout: 20_000, interval: 5 }
