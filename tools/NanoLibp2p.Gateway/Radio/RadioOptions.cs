using System;
using System.Collections.Generic;
using NanoLibp2p.Multiformats;
using NanoLibp2p.Postbox.Service;

namespace NanoLibp2p.Gateway.Radio;

/// <summary>What a gateway's radios are told.</summary>
internal sealed class RadioOptions
{
    /// <summary>The radios' addresses.</summary>
    internal required IReadOnlyList<string> Radios { get; init; }

    /// <summary>A folder outside of the data folder, by whose file a data folder that is a copy is known.</summary>
    internal required string Cache { get; init; }

    /// <summary>Bytes that the store of sessions and messages may have.</summary>
    internal required long MaxBytes { get; init; }

    /// <summary>Who gets a session beside the devices of the file.</summary>
    internal required Func<PeerId, bool> Admits { get; init; }

    /// <summary>Which peers may call devices.</summary>
    internal required Func<PeerId, bool> MayCall { get; init; }

    /// <summary>The postbox that has the devices' mail; null while there is none.</summary>
    internal required Func<PostboxService?> Postbox { get; init; }
}
