// What a screenshot looks like: small and grey, a dot for `block` by `block` of
// its dots; and how many dots differ from what was kept by more than
// `tolerance`. Pictures are PNG, in base64.
async function look(screenshot, kept, block, tolerance) {
    const large = await pixels(screenshot);
    const width = Math.floor(large.width / block);
    const height = Math.floor(large.height / block);
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    const small = context.createImageData(width, height);
    for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
            const grey = mean(large, x * block, y * block, block);
            small.data.set([grey, grey, grey, 255], 4 * (y * width + x));
        }
    }
    context.putImageData(small, 0, 0);

    const dots = width * height;
    const before = kept && await pixels(kept);
    let differing = 0;
    for (let dot = 0; dot < dots; dot++) {
        const by = Math.abs(before?.data[4 * dot] - small.data[4 * dot]);
        // Nor is a dot the same if nothing was kept.
        differing += by <= tolerance ? 0 : 1;
    }
    const isSameSize = before?.width === width && before.height === height;
    const png = canvas.toDataURL('image/png').split(',')[1];
    return { png, dots, differing: isSameSize ? differing : dots };
}

async function pixels(png) {
    const picture = new Image();
    picture.src = `data:image/png;base64,${png}`;
    await picture.decode();
    const { width, height } = picture;
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    context.drawImage(picture, 0, 0);
    return context.getImageData(0, 0, width, height);
}

function mean({ width, data }, left, top, block) {
    let sum = 0;
    for (let y = top; y < top + block; y++) {
        for (let x = left; x < left + block; x++) {
            const [red, green, blue] = data.subarray(4 * (y * width + x));
            sum += Math.floor((red + green + blue) / 3);
        }
    }
    return Math.floor(sum / block ** 2);
}
