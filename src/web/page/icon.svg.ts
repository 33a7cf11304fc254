/** A clock face with its minute hand at twenty past. */
export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
<circle cx="16" cy="16" r="14" fill="#1d5bbf"/>
<path d="M16 16V9" stroke="#fff" stroke-width="3" stroke-linecap="round" opacity=".65"/>
<path d="M16 16l8 3" stroke="#fff" stroke-width="3" stroke-linecap="round"/>
<circle cx="16" cy="16" r="2" fill="#fff"/>
</svg>
`;
