package tns.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import tns.error.TnsException;

/** What is in the files that figures are saved to. */
class ChartFileTest {
    private static final double[] X =
            DoubleStream.iterate(-1, x -> x + 0.1).limit(21).toArray();
    private static final double[] Y = DoubleStream.of(X).map(x -> x * x * x - x).toArray();

    private static Figure tutorial() {
        return Figure.empty()
                .plot(X, Y, "True function", "dashed", null)
                .plot(X, Y, "NN", null, "red")
                .title("Epoch 90")
                .xlabel("x")
                .ylabel("height");
    }

    private static BufferedImage png(Figure figure) throws IOException {
        return Objects.requireNonNull(ImageIO.read(new ByteArrayInputStream(ChartFile.encode(figure, "figure.PNG"))));
    }

    private static Document svg(Figure figure) throws Exception {
        // the document type would be fetched from the internet
        String text = new String(ChartFile.encode(figure, "figure.svg"), StandardCharsets.UTF_8)
                .replaceFirst("<!DOCTYPE[^>]*>", "");
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static List<Element> elements(Document document, String tag) {
        NodeList nodes = document.getElementsByTagName(tag);
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < nodes.getLength(); i++) {
            elements.add((Element) nodes.item(i));
        }
        return elements;
    }

    private static List<String> texts(Figure figure) throws Exception {
        return elements(svg(figure), "text").stream()
                .map(Element::getTextContent)
                .toList();
    }

    private static long pixels(BufferedImage image, int rgb) {
        long count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += (image.getRGB(x, y) & 0xffffff) == rgb ? 1 : 0;
            }
        }
        return count;
    }

    @Test
    void aPngShowsEverySeriesInItsColour() throws IOException {
        BufferedImage image = png(tutorial());
        assertEquals(800, image.getWidth());
        assertEquals(500, image.getHeight());
        assertTrue(pixels(image, 0xff0000) > 500, "the second line is red");
        assertTrue(pixels(png(tutorial().plot(X, X)), 0xff7f0e) > 300, "the third line has the next colour");
        assertEquals(0, pixels(image, 0xff7f0e));
    }

    @Test
    void anSvgHasTitleNamesTicksAndLegendAsText() throws Exception {
        assertEquals(
                List.of(
                        "-1.0",
                        "-0.5",
                        "0.0",
                        "0.5",
                        "1.0",
                        "-0.4",
                        "-0.2",
                        "0.0",
                        "0.2",
                        "0.4",
                        "Epoch 90",
                        "x",
                        "height",
                        "True function",
                        "NN"),
                texts(tutorial()));
    }

    @Test
    void theLegendIsShownOnlyWhereALabelIsAndOnRequest() throws Exception {
        assertFalse(texts(tutorial().legend(false)).contains("NN"));
        assertEquals(
                List.of(),
                texts(Figure.empty().plot(X, Y).legend(true)).stream()
                        .filter(text -> text.matches("[A-Za-z].*"))
                        .toList());
    }

    @Test
    void barsStandAtTheirNames() throws Exception {
        List<String> texts = texts(Figure.empty().bar(List.of("cat", "dog"), new double[] {3, 5}, null, null));
        assertEquals(List.of("cat", "dog"), texts.subList(0, 2));
        assertEquals(
                List.of("0", "1", "2"),
                texts(Figure.empty().bar(new double[] {0, 1, 2}, new double[] {3, 5, 4}))
                        .subList(0, 3));
    }

    @Test
    void anImageHasSquarePixelsAndItsColours() throws IOException {
        BufferedImage image = png(Figure.empty().imshow(new double[] {0, 1, 1, 0}, 2, 2, "viridis"));
        assertTrue(Math.abs(image.getWidth() - image.getHeight()) < 100, "nearly square: " + image.getWidth());
        long dark = pixels(image, Colormap.VIRIDIS.at(0).rgb());
        long light = pixels(image, Colormap.VIRIDIS.at(1).rgb());
        assertTrue(dark > 50_000, "two of four quarters: " + dark);
        assertEquals((double) dark, (double) light, 0.02 * dark);
    }

    static Stream<Figure> awkward() {
        double[] odd = {Double.NaN, 1, Double.POSITIVE_INFINITY, 3, Double.NEGATIVE_INFINITY};
        double[] places = {0, 1, 2, 3, 4};
        return Stream.of(
                Figure.empty(),
                Figure.empty().plot(new double[0]),
                Figure.empty().plot(new double[] {7}),
                Figure.empty().plot(places, odd).scatter(odd, places).bar(places, odd),
                Figure.empty().plot(new double[] {1e300, -1e300}),
                Figure.empty().plot(new double[] {1e-300, 2e-300}),
                Figure.empty().plot(new double[] {5, 5, 5}),
                Figure.empty().plot(new double[] {-1, 0}).yscale("log"),
                Figure.empty().plot(places, places).xlim(4, 0).ylim(1e9, 1e9 + 1),
                Figure.empty().hist(new double[0]),
                Figure.empty().imshow(new double[] {Double.NaN}, 1, 1, null),
                Figure.empty().imshow(new double[300], 300, 1, null),
                tutorial().title("a very long title ".repeat(20)).ylabel("up ".repeat(90)),
                lines(30));
    }

    private static Figure lines(int count) {
        Figure figure = Figure.empty();
        for (int i = 0; i < count; i++) {
            figure = figure.plot(new double[] {i, i + 1}, new double[] {0, 1}, "series number " + i, null, null);
        }
        return figure;
    }

    @ParameterizedTest
    @MethodSource("awkward")
    void whateverTheDataEveryTextIsOnThePaper(Figure figure) throws Exception {
        Document document = svg(figure);
        double width = Double.parseDouble(
                document.getDocumentElement().getAttribute("width").replace("px", ""));
        double height = Double.parseDouble(
                document.getDocumentElement().getAttribute("height").replace("px", ""));
        for (Element text : elements(document, "text")) {
            assertFalse(text.getTextContent().contains("NaN"), text.getTextContent());
            if (!text.getAttribute("transform").isEmpty()
                    || !((Element) text.getParentNode())
                            .getAttribute("transform")
                            .isEmpty()) {
                continue; // the name of the y axis, which stands upright
            }
            double x = Double.parseDouble(text.getAttribute("x"));
            double y = Double.parseDouble(text.getAttribute("y"));
            assertTrue(x >= 0 && x < width && y > 0 && y <= height, text.getTextContent() + " at " + x + ", " + y);
        }
        assertTrue(png(figure).getWidth() > 0);
    }

    @Test
    void anotherEndingIsAnErrorThatSaysWhichDo() {
        TnsException ending = assertThrows(TnsException.class, () -> ChartFile.encode(tutorial(), "x.gif"));
        assertEquals("the name of the file must end in .png or .svg", ending.help());
    }
}
