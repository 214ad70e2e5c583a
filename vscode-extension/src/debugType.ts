/** The debug type that launch configurations name. */
export const DEBUG_TYPE = 'kvm';
