/** Preloaded (`node --import`): the process's clock is a day ahead of everybody else's. */
const DAY_MS = 86_400_000;
const now = Date.now.bind(Date);
Date.now = () => now() + DAY_MS;
