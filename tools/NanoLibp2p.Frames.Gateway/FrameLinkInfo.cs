namespace NanoLibp2p.Frames.Gateway;

/// <summary>What a gateway knows of the link that a frame came by, and of the far end on it.</summary>
/// <param name="Address">The far end, such as its BLE or IP address; empty where the link has none.</param>
/// <param name="IsBoundedByAir">Whether the link's rate is: only there the short suite is allowed (SPEC.md 4.3).</param>
public sealed record FrameLinkInfo(string Address, bool IsBoundedByAir)
{
    /// <summary>The longest frame that the link carries.</summary>
    public int Mtu { get; init; } = 255;

    /// <summary>The link itself, where the gateway knows it.</summary>
    internal FrameRadio? Radio { get; init; }
}
