namespace NanoLibp2p.Hal.Frames
{
    /// <summary>Where an <see cref="AirLedger"/> is kept over a loss of power: a value of its own in the board's store
    /// (<see cref="StoredAir"/>), or a part of one that is written anyway.</summary>
    public interface IAirKeeper
    {
        /// <summary>Reads what was kept.</summary>
        /// <param name="values">Takes <see cref="AirLedger.KeptValues"/> numbers of 0 to 65,535.</param>
        /// <returns>False when there is nothing, or it can't be read: all of the airtime counts as used then.</returns>
        bool LoadAir(int[] values);

        /// <summary>Keeps it, durably.</summary>
        /// <returns>False when the store takes nothing: the frame is not sent then.</returns>
        bool SaveAir(int[] values);
    }
}
