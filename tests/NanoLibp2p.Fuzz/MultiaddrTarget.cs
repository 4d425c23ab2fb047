using System;
using System.Text;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Fuzz;

/// <summary>The input as a multiaddr in bytes, as a multiaddr in text, and as a peer id in both.</summary>
internal static class MultiaddrTarget
{
    public static void Run(byte[] input)
    {
        Guarded guarded = new(input);
        if (Multiaddr.Validate(guarded.Bytes, guarded.Offset, guarded.Count) == 0)
        {
            Check(Multiaddr.FromBytes(guarded.Bytes, guarded.Offset, guarded.Count), input);
        }

        string text = Encoding.Latin1.GetString(input);
        Multiaddr parsed = Multiaddr.TryParse(text, out string error);
        FuzzTarget.Must(parsed != null || !string.IsNullOrEmpty(error), "refused without a word");
        if (parsed != null)
        {
            Check(parsed, parsed.ToBytes());
        }

        if (PeerId.CheckBytes(guarded.Bytes, guarded.Offset, guarded.Count) == 0)
        {
            PeerId id = PeerId.FromBytes(guarded.Bytes, guarded.Offset, guarded.Count);
            FuzzTarget.Must(id.Equals(PeerId.Parse(id.ToString())), "a peer id's text is another's");
            FuzzTarget.Must(id.Equals(PeerId.Parse(id.ToCid())), "a peer id's CID is another's");
        }
        PeerId named = PeerId.TryParse(text, out error);
        FuzzTarget.Must(named != null || !string.IsNullOrEmpty(error), "refused without a word");
        guarded.Check();
    }

    private static void Check(Multiaddr address, ReadOnlySpan<byte> bytes)
    {
        FuzzTarget.Must(bytes.SequenceEqual(address.ToBytes()), "bytes have changed");
        FuzzTarget.Must(Multiaddr.Validate(address.ToBytes(), 0, bytes.Length) == 0, "made of bytes that are refused");
        FuzzTarget.Must(address.Port is >= 0 and <= 65535, "port out of range");
        _ = address.Host;
        _ = address.IsTcp;
        _ = address.PeerId;
        _ = address.WithoutPeerId();
        FuzzTarget.Must(address.Equals(Multiaddr.Parse(address.ToString())), "its text is another's: " + address);
    }
}
