using System;
using System.Text;

namespace NanoLibp2p.Host.PubSub;

/// <summary>
/// A topic's name is UTF-8 (pubsub spec, "The RPC": a protobuf string), and whatever bytes a peer sends are a name. Within the node it has
/// one character for each byte, which is the same for ASCII; the application has text.
/// </summary>
internal static class TopicText
{
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The name within the node; null where the text is none that UTF-8 has (half of a surrogate pair).</summary>
    internal static string? ToName(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        try
        {
            return Encoding.Latin1.GetString(_strict.GetBytes(text));
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The text of a name, with U+FFFD for bytes that are no UTF-8.</summary>
    internal static string Of(string name) => Ascii.IsValid(name) ? name : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(name));
}
