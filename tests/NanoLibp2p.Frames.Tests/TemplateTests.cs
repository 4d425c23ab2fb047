using System.Text;

namespace NanoLibp2p.Frames.Tests;

/// <summary>Templates of compact readings (SPEC.md B).</summary>
public class TemplateTests
{
    [Theory]
    [InlineData("%0", new[] { 0 }, "0")]
    [InlineData("%1", new[] { -1 }, "-0.1")]
    [InlineData("%2", new[] { 5 }, "0.05")]
    [InlineData("%6", new[] { int.MinValue }, "-2147.483648")]
    [InlineData("%0", new[] { int.MaxValue }, "2147483647")]
    [InlineData("%3|%0", new[] { 1000, -10 }, "1.000|-10")]
    [InlineData("100 %% of %1", new[] { 215 }, "100 % of 21.5")]
    [InlineData("none", new int[0], "none")]
    public void Numbers_stand_in_their_places(string template, int[] values, string text)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(template);
        byte[] packed = new byte[80];
        byte[] buffer = new byte[64];
        Assert.Equal(values.Length, FrameTemplate.Check(bytes, 0, bytes.Length));
        int count = FrameTemplate.Pack(values, values.Length, packed, 0);
        int written = FrameTemplate.Expand(bytes, packed, 0, count, buffer, 0, buffer.Length);
        Assert.Equal(text, Encoding.ASCII.GetString(buffer, 0, written));

        // a number too few, or too many, or no room
        int less = FrameTemplate.Expand(bytes, packed, 0, count > 0 ? count - 1 : 0, buffer, 0, buffer.Length);
        Assert.Equal(values.Length == 0 ? written : -1, less);
        Assert.Equal(-1, FrameTemplate.Expand(bytes, packed, 0, count + 1, buffer, 0, buffer.Length));
        Assert.Equal(-1, FrameTemplate.Expand(bytes, packed, 0, count, buffer, 0, 2));
    }

    [Theory]
    [InlineData("%")]
    [InlineData("%7")]
    [InlineData("%d")]
    [InlineData("%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0%0")]
    public void What_is_no_template_is_refused(string template)
        => Assert.Equal(-1, FrameTemplate.Check(Encoding.ASCII.GetBytes(template), 0, template.Length));

    [Fact]
    public void A_number_of_more_than_32_bits_is_malformed()
        => Assert.Equal(-1, FrameTemplate.Expand("%0"u8.ToArray(), [0x80, 0x80, 0x80, 0x80, 0x10], 0, 5, new byte[64], 0, 64));
}
