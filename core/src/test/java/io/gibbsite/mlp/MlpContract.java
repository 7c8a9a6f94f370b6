package io.gibbsite.mlp;

/**
 * What every backend's {@link MlpSession} must do, pass by pass; a backend's test is a subclass.
 *
 * <p>Inputs are fixed by their seeds, so a test that passes once passes always.
 */
public abstract class MlpContract
    implements MlpEnergyContract,
        MlpParameterGradientContract,
        MlpDirectionalContract,
        MlpScoreMatchingContract,
        MlpNceContract,
        MlpLangevinContract,
        MlpHeldRowsContract,
        MlpNormalsContract,
        MlpExtremesContract,
        MlpSessionContract,
        MlpErrorsContract {}
