import { App, Stack } from 'aws-cdk-lib';
import { CfnInclude } from 'aws-cdk-lib/cloudformation-include';

const app = new App();
// Without the metadata of CDK, the template is what `plain` has written.
const stack = new Stack(app, 'jeton', { analyticsReporting: false });
const jeton = new CfnInclude(stack, 'Template', { templateFile: 'jeton.json' });

// What other stacks of the app can refer to.
export const issuer = jeton.getOutput('Issuer').value;
