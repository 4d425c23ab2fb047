using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using NanoLibp2p.Core.Records;
using NanoLibp2p.Crypto.Desktop;
using NanoLibp2p.Postbox.Tests;

namespace NanoLibp2p.Postbox.Service.Tests;

/// <summary>A reply, read apart from the code under test.</summary>
internal sealed class Answer(byte[] bytes)
{
    private readonly List<Wire.Field> _fields = Wire.Read(bytes);

    internal byte[] Bytes { get; } = bytes;

    internal uint Serial => (uint)Wire.NumberOf(_fields, 1);

    internal int Code => (int)Wire.NumberOf(_fields, 2);

    internal string Reason => Encoding.ASCII.GetString(Wire.BytesOf(_fields, 3) ?? []);

    internal int RetryAfter => (int)Wire.NumberOf(_fields, 4);

    internal byte[]? Receipt => Wire.BytesOf(_fields, 5);

    internal byte[]? Record => Wire.BytesOf(_fields, 6);

    internal List<Wire.Field>? Terms => Inner(7);

    internal List<Wire.Field>? Deposited => Inner(8);

    internal List<Wire.Field>? Mail => Inner(10);

    internal List<Wire.Field>? Piece => Inner(11);

    internal bool IsDuplicate => Wire.NumberOf(Deposited!, 2) == 1;

    internal uint Until => Number32(Deposited!, 1);

    internal int Waiting => (int)Wire.NumberOf(Mail!, 1);

    internal int Attached => (int)Wire.NumberOf(Mail!, 6);

    internal byte[]? Cursor => Wire.BytesOf(Mail!, 4);

    internal List<List<Wire.Field>> Entries => [.. Mail!.Where(one => one.Number == 3).Select(one => Wire.Read(one.Bytes))];

    /// <summary>Names of the entries, in hex.</summary>
    internal string[] Names => [.. Entries.Select(one => Convert.ToHexString(Wire.BytesOf(one, 1)!))];

    internal int PieceSize => (int)Wire.NumberOf(Piece!, 3);

    internal byte[] Data => Wire.BytesOf(Piece!, 15) ?? [];

    /// <summary>State and proof of each fate.</summary>
    internal (int State, byte[]? Proof)[] Fates => [.. Inner(9)!.Select(one => Wire.Read(one.Bytes))
        .Select(one => ((int)Wire.NumberOf(one, 1), Wire.BytesOf(one, 2)))];

    /// <summary>Until when each is kept.</summary>
    internal uint[] FateEnds => [.. Inner(9)!.Select(one => Number32(Wire.Read(one.Bytes), 3))];

    internal static uint Number32(List<Wire.Field> fields, int number)
        => Wire.BytesOf(fields, number) is { Length: 4 } bytes ? BitConverter.ToUInt32(bytes) : 0;

    /// <summary>The receipt's fields, its signature checked.</summary>
    internal List<Wire.Field> OpenReceipt(Multiformats.PeerId gateway)
    {
        SignedEnvelope? envelope = SignedEnvelope.Open(Receipt!, "nanolibp2p-postbox-receipt", DesktopCrypto.Choose(), null!, out _);
        Assert.NotNull(envelope);
        Assert.Equal(gateway, envelope.Signer);
        Assert.Equal("/postbox/receipt", Encoding.ASCII.GetString(envelope.PayloadType.Span));
        return Wire.Read(envelope.Payload.ToArray());
    }

    private List<Wire.Field>? Inner(int number) => Wire.BytesOf(_fields, number) is { } inner ? Wire.Read(inner) : null;
}
