/** What runs by itself, one company at a time: after what people and lists wait for. */
export const SWEEP_PRIORITY = 15;
