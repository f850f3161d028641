/** Names of images in a format that is accepted. */
export const imageName =
  /\.(jpe?g|jpe|jfif|pjpe?g|png|apng|webp|gif|tiff?|avif|avifs|hei[cf]s?|hif|jxl|jp2|j2[kc]|jpc|jpf|jpx|bmp|dib|ico|cur|p[bgpn]m|tga)$/i
