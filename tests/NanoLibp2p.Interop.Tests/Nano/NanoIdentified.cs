using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using NanoLibp2p.Core;
using NanoLibp2p.Core.Identify;
using NanoLibp2p.Multiformats;

namespace NanoLibp2p.Interop.Tests;

/// <summary>What a peer said of itself to our node, answer or push.</summary>
public sealed class NanoIdentified
{
    private readonly List<(int Field, byte[] Value)> _fields = [];
    private readonly MemoryStream _pieces = new();

    internal NanoIdentified(string peerId)
    {
        PeerId = peerId;
    }

    /// <summary>The id that the connection proved, which is not the message's own word.</summary>
    public string PeerId { get; }

    public byte[] PublicKey => Bytes(IdentifyField.PublicKey).Single();

    public string ProtocolVersion => Text(IdentifyField.ProtocolVersion).Single();

    public string AgentVersion => Text(IdentifyField.AgentVersion).Single();

    public IReadOnlyList<string> Protocols => [.. Text(IdentifyField.Protocol)];

    public IReadOnlyList<string> ListenAddresses =>
        [.. Bytes(IdentifyField.ListenAddress).Select(one => Multiaddr.FromBytes(one, 0, one.Length).ToString())];

    public Multiaddr ObservedAddress
    {
        get
        {
            byte[] observed = Bytes(IdentifyField.ObservedAddress).Single();
            return Multiaddr.FromBytes(observed, 0, observed.Length);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{PeerId}: {string.Join(' ', _fields.Select(one => one.Field))}";

    internal void Add(int field, byte[] buffer, int offset, int count, bool last)
    {
        _pieces.Write(buffer, offset, count);
        if (last)
        {
            _fields.Add((field, _pieces.ToArray()));
            _pieces.SetLength(0);
        }
    }

    private IEnumerable<byte[]> Bytes(int field) => _fields.Where(one => one.Field == field).Select(one => one.Value);

    private IEnumerable<string> Text(int field) => Bytes(field).Select(Encoding.UTF8.GetString);
}
