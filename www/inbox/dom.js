// Making elements: h() for HTML, icon() for the drawn pictures. Data only ever becomes text nodes and plain attributes.

export function h(tag, attrs, ...children) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value == null || value === false) continue;
    if (typeof value === 'function') el.addEventListener(name, value);
    else el.setAttribute(name, value === true ? '' : value);
  }
  el.append(...children.flat(9).filter((child) => child != null && child !== false && child !== ''));
  return el;
}

/** Sets custom properties: the one way to style by value under the content security policy. */
export function vars(el, values) {
  for (const [name, value] of Object.entries(values)) el.style.setProperty(name, value);
  return el;
}

// 20 x 20, one stroke.
const ICONS = {
  back: 'M12 4 6 10l6 6',
  bell: 'M5 14V9a5 5 0 0 1 10 0v5l1.500 1.500h-13zM8.500 18h3',
  chat: 'M3 4h14v9.500H9L5.500 17v-3.500H3z',
  contact: 'M10 10a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7zM3.500 17.500c.5-3.500 3-5 6.500-5s6 1.500 6.500 5',
  download: 'M10 3v9M6 8.500l4 4 4-4M3.500 16.500h13',
  flag: 'M5 18V3M5 4h10l-2.500 3.500L15 11H5',
  form: 'M4 3h12v14H4zM7 7h6M7 10h6M7 13h3',
  mail: 'M2.500 4.500h15v11h-15zM3 5l7 6 7-6',
  note: 'M4 16l1-4 8.500-8.500 3 3L8 15z',
  out: 'M8 5H4v11h11v-4M11 3.500h5.500V9M16 4l-7 7',
  page: 'M5 2.500h7l3.500 3.500v11.500H5zM11.500 2.500v4h4',
  phone: 'M4 3h3.500L9 7 7 8.500a9 9 0 0 0 4.500 4.500L13 11l4 1.500V16c0 .8-.7 1.300-1.500 1.200C8.500 16.500 3.500 11.500 2.800 4.500 2.700 3.700 3.200 3 4 3z',
  price: 'M3 3h7l7.500 7.500-7 7L3 10zM6.500 6.500h.01',
  sound: 'M3 8v4h3l4 3.500v-11L6 8zM13 7.500a3.500 3.500 0 0 1 0 5M15 5a7 7 0 0 1 0 10',
};

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 20 20');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', ICONS[name] || ICONS.flag);
  svg.append(path);
  return svg;
}
