using System;

namespace NanoLibp2p.Frames.Gateway;

/// <summary>What a running gateway knows of a root beside what is stored: keys, the id by which it is resumed, the next number.</summary>
internal sealed class LiveRoot
{
    /// <summary>Keys of both directions.</summary>
    internal SessionKeys Keys { get; }

    /// <summary>The first bytes of an R1 under it.</summary>
    internal byte[] Rid { get; } = new byte[FrameSecrets.RidBytes];

    /// <summary>The number of the gateway's next frame.</summary>
    internal int NextNumber { get; set; }

    /// <summary>Above the highest of them that the device has acknowledged.</summary>
    internal int Heard { get; set; }

    /// <summary>Opens and seals nothing: it is resumed first (G4, G5).</summary>
    internal bool IsDormant { get; set; }

    /// <summary>Frames with its sid that no session opened.</summary>
    internal long Failures { get; set; }

    /// <summary>How often its answer was sent, and when last.</summary>
    internal int Answers { get; set; }

    internal TimeSpan AnsweredAt { get; set; } = -TimeSpan.FromHours(1);

    internal LiveRoot(FrameRoot root, FrameSecrets secrets)
    {
        Keys = new SessionKeys(secrets);
        Keys.Set(root.Root, 0, root.IsShort);
        secrets.WriteRid(root.Root, 0, Rid, 0);
        NextNumber = root.Reserved;
        Heard = root.Reserved;
    }
}
