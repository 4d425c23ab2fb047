namespace NanoLibp2p.Bench.Postbox;

/// <summary>
/// How many bytes a propagation node of LXMF stores for a message, by LXMF's source (<c>LXMessage.py</c>, <c>pack</c>, and the token of
/// Reticulum's <c>Identity.encrypt</c>): destination ‖ encrypt(source ‖ signature ‖ msgpack [time, title, content, fields]) ‖ stamp.
/// Computed, not measured; the message has no title and no fields.
/// </summary>
internal static class LxmfSize
{
    private const int Destination = 16;
    private const int Source = 16;
    private const int Signature = 64;

    // an array of four, a double, and an empty title and map
    private const int Payload = 1 + 9 + 2 + 1;
    private const int EphemeralKey = 32;
    private const int InitVector = 16;
    private const int Block = 16;
    private const int Hmac = 32;
    private const int PropagationStamp = 32;
    private const int ShortBody = 255;

    /// <summary>Bytes beside the body.</summary>
    /// <param name="body">Bytes of the body.</param>
    /// <returns>How many.</returns>
    internal static int Overhead(int body)
    {
        int content = (body <= ShortBody ? 2 : 3) + body;
        int plain = Source + Signature + Payload + content;

        // padding of 1 to 16 bytes
        int encrypted = ((plain / Block) + 1) * Block;
        return Destination + EphemeralKey + InitVector + encrypted + Hmac + PropagationStamp - body;
    }
}
